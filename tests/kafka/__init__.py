"""The same promises against Apache Kafka."""
