"""pmtui: see, crash and trust event-sourced process managers.

This module is the table of contents of what a user writes; nothing else is public.
"""

from pmtui.model.actions import Action, Append, Cancel, Complete, Schedule, Send
from pmtui.model.app import App, Context
from pmtui.model.event import Command, Event, NewEvent
from pmtui.model.manager import ProcessManager, handles

__all__ = [
    "Action",
    "App",
    "Append",
    "Cancel",
    "Command",
    "Complete",
    "Context",
    "Event",
    "NewEvent",
    "ProcessManager",
    "Schedule",
    "Send",
    "handles",
]
