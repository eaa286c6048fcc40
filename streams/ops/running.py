"""What is running: the version that is installed."""

from importlib.metadata import PackageNotFoundError, version


def running_version() -> str:
    """The version of the installed distribution; from a bare checkout it is not known."""
    try:
        return version("election-results-feed")
    except PackageNotFoundError:
        return "unknown"
