"""The two ways in which delivery gives up, divided by whose fault it is."""

from streams.trouble import Trouble


class ConfigurationFault(Trouble):
    """Something outside the process must be put right first; the message is one sentence for a person."""


class BrokenAssumption(Exception):
    """What delivery stands on does not hold; the process ends before the batch is acknowledged."""
