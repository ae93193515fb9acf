"""Steps asked for before there is a worker to take them."""

import asyncio

import pytest
from fake import FakeSession, in_state

from pmtui.tui.screens.main import MainScreen


async def test_steps_asked_for_while_the_lab_opens_are_taken_when_it_is_open(show):
    session, open_ = FakeSession(), asyncio.Event()

    async def make(progress):
        progress("copying orders …")
        await open_.wait()
        return session

    async with show(session, make=make) as shown:
        await shown.until(lambda: "copying orders" in shown.text())
        for key in ("e", "e", "s", "j", "x"):
            shown.app.simulate_key(key)
        await shown.until(lambda: "Then: whole event, whole event, step." in shown.text())
        assert "copying orders" in shown.text()
        open_.set()
        await shown.until(lambda: isinstance(shown.app.screen, MainScreen))
        await shown.settle()
        event, step = ("step_event", "fulfilment"), ("step", "fulfilment")
        assert [call for call in session.calls if call[0] != "look"] == [event, event, step]
        assert "Then:" not in shown.text()


async def test_steps_wait_while_its_worker_starts_and_other_keys_are_answered(show):
    session = FakeSession()
    session.manager_patch = {"state": "starting"}
    async with show(session) as shown:
        await shown.press("e", "s", "space")
        assert "Its worker is still starting. Then: whole event, step, go on." in shown.text()
        await shown.press("x")
        assert "Its worker is still starting." in shown.text()
        assert session.calls == []
        session.manager_patch = {}
        session.touch()
        await shown.settle()
        assert session.calls == [("step_event", "fulfilment"), ("step", "fulfilment"), ("go_on", "fulfilment")]


async def test_a_held_key_makes_no_more_than_a_few_steps_wait(show):
    session = FakeSession()
    session.manager_patch = {"state": "starting"}
    async with show(session) as shown:
        await shown.press(*["s"] * 30)
        assert "9 steps wait for it, and no more" in shown.text()
        session.manager_patch = {}
        session.touch()
        await shown.settle()
        assert session.calls == [("step", "fulfilment")] * 9


async def test_where_its_worker_does_not_come_up_that_is_said(show):
    session = FakeSession()
    session.manager_patch = {"state": "starting"}
    async with show(session) as shown:
        await shown.press("s")
        session.manager_patch = {"state": "failed"}
        session.touch()
        await shown.settle()
        assert session.calls == []
        assert "It stopped because of a fault" in shown.text()


@pytest.mark.parametrize(("state", "keys", "command"), [("killed", "r", "restart"), ("killed", "RR", "start_over")])
async def test_steps_asked_for_while_another_worker_is_made_are_for_that_one(show, state, keys, command):
    session, done = await in_state(state), asyncio.Event()
    session.calls.clear()
    really = getattr(session, command)

    async def slowly(*arguments):
        await done.wait()
        await really(*arguments)

    setattr(session, command, slowly)
    async with show(session) as shown:
        for key in (*keys, "s", "s"):
            shown.app.simulate_key(key)
        await shown.until(lambda: "Then: step, step." in shown.text())
        assert session.calls == []
        done.set()
        await shown.settle()
        await shown.until(lambda: len(session.calls) == 3)
        assert [call[0] for call in session.calls] == [command, "step", "step"]


async def test_watching_lets_no_step_wait(show):
    session = FakeSession()
    session.patch = {"mode": "watch"}
    session.manager_patch = {"state": "starting"}
    async with show(session) as shown:
        await shown.press("s")
        assert "only reads" in shown.text()
        assert "Then:" not in shown.text()
