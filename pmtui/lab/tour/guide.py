"""The labs that the tour goes through."""

from collections.abc import Callable

from pmtui.lab.session import LabSession
from pmtui.lab.settings import Options
from pmtui.lab.tour.proof import Proof, prove
from pmtui.lab.tour.steps import LAB_FILES, Opening
from pmtui.model.point import Point
from pmtui.storage.folder import DataFolder, sample_folder
from pmtui.view.session import Session
from pmtui.workers.appfile import AppFile, load
from pmtui.workers.copies import unseen


class Guide:
    """Opens the labs of the steps, on scratch copies of the sample shop, and has the explorer look at it.

    Raises:
        StorageError: the sample shop is missing.
    """

    def __init__(self) -> None:
        self._folder = sample_folder()

    @property
    def _data(self) -> DataFolder:
        return DataFolder(self._folder / "data")

    def _load(self, opening: Opening) -> AppFile:
        return load(str(self._folder / LAB_FILES[opening.lab]))

    async def open(self, opening: Opening, say: Callable[[str], None]) -> Session:
        """The lab that a step begins in; `say` is told what is being done.

        Raises:
            PmtuiError: one line; nothing is left behind.
        """
        at = Point.parse(opening.at) if opening.at else None
        if at is not None:
            say(f"letting the shop run up to {at.source}@{at.position} …")
        options = Options(receiver=opening.receiver, at=at)
        return await LabSession.open(self._load(opening), self._data, options, unseen)

    async def prove(self) -> tuple[Proof, ...]:
        """Have the explorer look at the shop.

        Raises:
            PmtuiError: it could not.
        """
        return await prove(self._load(Opening()), self._data)
