"""Looking at one thing closely: an event, an action, an instance or a manager, as a tree of nodes.

`subject` names what is looked at, `node` is what is shown of it, `chain` finds what belongs together, and there is one
file for each kind of thing. An instance's states are told by `replay`, in a process of its own (`replaying`). `lens`
puts it all together.
"""
