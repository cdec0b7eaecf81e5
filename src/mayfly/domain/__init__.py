"""The words and rules of Mayfly: pure values, no Qt, no I/O, no clock."""
