"""The APScheduler alarm; nothing else imports apscheduler."""
