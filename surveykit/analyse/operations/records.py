"""Every metric, in the order of a report."""

from __future__ import annotations

from collections.abc import Mapping

from surveykit.analyse.operations import contacts, customers, orders, value, voice
from surveykit.analyse.operations.record import Record

RECORDS: tuple[Record, ...] = (*customers.RECORDS, *contacts.RECORDS, *orders.RECORDS, *voice.RECORDS, *value.RECORDS)
RECORDS_BY_CODE: Mapping[str, Record] = {record.code: record for record in RECORDS}
