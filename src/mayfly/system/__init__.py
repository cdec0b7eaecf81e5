"""What the machine offers: clock, paths, secrets, instance lock, hardening, logs."""
