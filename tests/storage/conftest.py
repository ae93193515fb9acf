import pytest
from storage_kit import MemoryStore, SqliteStore


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    made = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path)
    yield made
    made.close()


@pytest.fixture
def log(store):
    return store.log()


@pytest.fixture
def ledger(store):
    return store.ledger()
