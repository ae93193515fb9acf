"""The shop with one line changed, to see what it costs: here `Fulfilment` saves its cursor before it acts.

Everything else is the shop's own, from shop.py beside this file: the same logs, the same handlers, the same aggregates.
A crash between saving and acting loses the action, and no receipt can bring it back. The guided tour shows it; you can
look at it yourself with `pmtui lab saves_first.py`.
"""

import shop

from pmtui import App

app = App("shop-saves-first", contexts=list(shop.app.contexts))


@app.manager
class Fulfilment(shop.Fulfilment):
    """Takes payment for an order, ships it, tells the customer; at most once."""

    delivery = "save-then-act"


app.manager(shop.Refunds)
app.aggregate("payments")(shop.payment)
app.aggregate("shipping")(shop.shipment)
