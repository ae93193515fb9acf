"""Invoices are numbered by the position of their event."""

from pmtui import App, Append, ProcessManager, handles

app = App("numbered", contexts=["orders", "invoices"])


@app.manager
class Invoicing(ProcessManager):
    correlate = "order_id"

    @handles("orders", "OrderPlaced", starts=True)
    def invoice(self, event, state):
        invoice = {"number": event.position, "order_id": event.data["order_id"]}
        yield Append("invoices", "invoices", "InvoiceSent", invoice)
