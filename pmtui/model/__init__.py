"""What users write and what flows: events, actions, managers, apps, points. No I/O."""
