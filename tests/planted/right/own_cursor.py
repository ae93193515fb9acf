"""The manager leaves it to its cursors what it has seen, one for each log."""

from pmtui import App, Append, ProcessManager, handles

app = App("own-cursor", contexts=["web", "phone", "letters"])


@app.manager
class Letters(ProcessManager):
    correlate = "customer"

    @handles("web", "Asked", starts=True)
    @handles("phone", "Asked", starts=True)
    def answer(self, event, state):
        yield Append("letters", event.data["customer"], "AnswerSent", {"to": f"{event.context}@{event.position}"})


@app.eventually
def every_question_is_answered(world):
    asked = len(world.log("web")) + len(world.log("phone"))
    assert len(world.log("letters")) == asked, "a question was not answered"
