"""Draws the answers of the synthetic studies again from the truth and seed in each study.yaml."""

from __future__ import annotations

from pathlib import Path

import surveykit as sk

HERE = Path(__file__).resolve().parent


def synthetic_studies(folder: Path = HERE) -> list[Path]:
    """The folders beside this file whose study says that its data are synthetic."""
    found = [path.parent for path in sorted(folder.glob("*/study.yaml"))]
    return [path for path in found if sk.load_study(path).data.synthetic]


def make(folder: Path, path: Path) -> Path:
    """Write the answers of one study to a file."""
    return sk.write_csv(sk.simulate(sk.load_study(folder)), path, overwrite=True)


if __name__ == "__main__":
    for study in synthetic_studies():
        make(study, study / sk.load_study(study).data.file)
