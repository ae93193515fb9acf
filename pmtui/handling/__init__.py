"""A turn, phase by phase: which events (`sources`), what follows from them (`decide`), doing it (`acting`),
all of it as one generator (`runner`), and how a worker finds its place again (`recovery`). There is no second one."""
