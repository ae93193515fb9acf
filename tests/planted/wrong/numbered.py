"""Invoices are numbered by a counter of the process, so a repeated event gets another number."""

import itertools

from pmtui import App, Append, ProcessManager, handles

app = App("numbered", contexts=["orders", "invoices"])

NUMBERS = itertools.count(1)


@app.manager
class Invoicing(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def invoice(self, event, state):
        invoice = {"number": next(NUMBERS), "order_id": event.data["order_id"]}
        yield Append("invoices", "invoices", "InvoiceSent", invoice)
