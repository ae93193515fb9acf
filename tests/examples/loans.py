"""Loan applications at a bank: a process manager over three real logs.

The logs are those of the BPI Challenge 2012 (see data/LICENCE.md): `applications`, `offers` and `workitems`, which only
the bank writes. The manager follows each application through all three and acts in two contexts of its own:
`followups`, what somebody should do, and `decisions`, what came of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from pmtui import Action, App, Append, Cancel, Complete, Event, ProcessManager, Schedule, handles

app = App("loans", contexts=["applications", "offers", "workitems", "followups", "decisions"])


@app.manager
class LoanDesk(ProcessManager):
    """Reminds of offers that stay unanswered, has suspicions looked into and notes what was decided."""

    correlate = "application"

    @dataclass
    class State:
        amount: int = 0
        offers: int = 0
        touched: int = 0
        suspected: bool = False

    @handles("applications", "A_SUBMITTED", starts=True)
    def submitted(self, event: Event, state: State) -> None:
        state.amount = event.data["amount_requested"]

    @handles("workitems", "W_Completeren aanvraag")
    @handles("workitems", "W_Nabellen offertes")
    @handles("workitems", "W_Valideren aanvraag")
    def worked_on(self, event: Event, state: State) -> None:
        if event.data["lifecycle"] == "COMPLETE":
            state.touched += 1

    @handles("workitems", "W_Beoordelen fraude")
    def suspected(self, event: Event, state: State) -> Iterator[Action]:
        if not state.suspected:
            state.suspected = True
            yield self.followup(event, "FraudCheckRequested", {"amount": state.amount})

    @handles("offers", "O_SENT")
    def offer_sent(self, event: Event, state: State) -> Iterator[Action]:
        state.offers += 1
        yield self.followup(event, "CallPlanned", {"offer": state.offers})
        yield Schedule("OfferUnanswered", after=timedelta(days=14))

    @handles("offers", "O_SENT_BACK")
    def offer_answered(self, event: Event, state: State) -> Iterator[Action]:
        yield Cancel("OfferUnanswered")
        yield self.decision(event, "AssessmentRequested", state)

    @handles("timers", "OfferUnanswered")
    def offer_unanswered(self, event: Event, state: State) -> Iterator[Action]:
        yield self.followup(event, "ReminderSent", {"offer": state.offers})

    @handles("applications", "A_APPROVED")
    def approved(self, event: Event, state: State) -> Iterator[Action]:
        yield self.decision(event, "LoanGranted", state)
        yield Complete()

    @handles("applications", "A_DECLINED")
    def declined(self, event: Event, state: State) -> Iterator[Action]:
        yield self.decision(event, "LoanRefused", state)
        yield Complete()

    @handles("applications", "A_CANCELLED")
    def withdrawn(self, event: Event, state: State) -> Iterator[Action]:
        yield self.decision(event, "ApplicationWithdrawn", state)
        yield Complete()

    def followup(self, event: Event, type: str, data: dict[str, int]) -> Append:
        application = event.data["application"]
        return Append("followups", f"followup-{application}", type, {"application": application, **data})

    def decision(self, event: Event, type: str, state: State) -> Append:
        application = event.data["application"]
        data = {"application": application, "amount": state.amount, "offers": state.offers, "touched": state.touched}
        return Append("decisions", f"decision-{application}", type, data)
