"""What is decided: pure functions of values. No Faust, no waiting, no clock, no chance, no log."""
