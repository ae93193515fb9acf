"""The manager skips numbers that are not above the last one it saw, although two logs number their events apart."""

from pmtui import App, Append, ProcessManager, handles

app = App("own-cursor", contexts=["web", "phone", "letters"])


@app.manager
class Letters(ProcessManager):
    correlate = "customer"

    @handles("web", "Asked", starts=True)
    @handles("phone", "Asked", starts=True)
    def answer(self, event, state):
        if event.position <= state.get("last", 0):
            return
        state["last"] = event.position
        yield Append("letters", event.data["customer"], "AnswerSent", {"to": f"{event.context}@{event.position}"})


@app.eventually
def every_question_is_answered(world):
    asked = len(world.log("web")) + len(world.log("phone"))
    assert len(world.log("letters")) == asked, "a question was not answered"
