import pytest

from .kit import World, pair_app


@pytest.fixture(params=["memory", "sqlite"])
def folder(request, tmp_path):
    """Where a world is kept: None is memory."""
    return None if request.param == "memory" else tmp_path


@pytest.fixture
def worlds():
    """Makes worlds and closes them at the end."""
    made: list[World] = []

    def make(app=None, folder=None) -> World:
        made.append(World(app or pair_app(), folder))
        return made[-1]

    yield make
    for world in made:
        world.close()
