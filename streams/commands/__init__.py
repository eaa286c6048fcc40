"""The commands of `results`, one small file each; heavy imports stay inside, so that `--help` is quick."""
