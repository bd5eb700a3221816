#!/usr/bin/env python3
"""Reads the Parquet files of a folder with DuckDB and polars and holds them against the CSV
beside them: columns, types, rows, every value, nulls, and what the metadata say.

    scripts/read-parquet.sh          makes a batch and runs this on it
    scripts/read-parquet.py FOLDER   of analyze, batch or collate, written with --parquet
"""

import csv
import sys
from pathlib import Path

import duckdb
import polars

ROOT = Path(__file__).resolve().parent.parent
# By the type column of data/dictionary.csv: what DuckDB and polars must make of it.
TYPES = {
    "number": ("DOUBLE", polars.Float64),
    "count": ("UINTEGER", polars.UInt32),
    "true/false": ("BOOLEAN", polars.Boolean),
    "text": ("VARCHAR", polars.String),
    "time": ("VARCHAR", polars.String),
    "word": ("VARCHAR", polars.String),
}


def dictionary(table):
    with open(ROOT / "data/dictionary.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["output"] == table]
    assert rows, f"{table} is not in the dictionary"
    return {row["name"]: row for row in rows}


def value(text, kind):
    """What a cell of the CSV is."""
    if text == "":
        return None
    if kind == "number":
        return float(text)
    if kind == "count":
        return int(text)
    if kind == "true/false":
        return {"true": True, "false": False}[text]
    return text


def rows_of(path, known):
    with open(path, newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        kinds = [known[name]["type"] if name in known else "text" for name in header]
        return header, [[value(cell, kind) for cell, kind in zip(row, kinds)] for row in reader]


def check(folder, table):
    parquet = folder / f"{table}.parquet"
    known = dictionary(f"{table}.csv")
    types = lambda names, which: [
        TYPES[known[name]["type"] if name in known else "text"][which] for name in names
    ]

    described = duckdb.sql(f"describe select * from read_parquet('{parquet}')").fetchall()
    names = [row[0] for row in described]
    assert [row[1] for row in described] == types(names, 0), described
    in_duckdb = duckdb.sql(f"select * from read_parquet('{parquet}')").fetchall()
    frame = polars.read_parquet(parquet)
    assert frame.columns == names
    assert list(frame.dtypes) == types(names, 1), frame.schema
    in_polars = frame.rows()
    assert in_polars == in_duckdb, f"{parquet}: DuckDB and polars read other values"

    path = folder / f"{table}.csv"
    if path.exists():
        header, expected = rows_of(path, known)
        assert header == names, f"{path}: {header} and not {names}"
        assert len(in_duckdb) == len(expected), f"{len(in_duckdb)} rows and not {len(expected)}"
        for number, (found, row) in enumerate(zip(in_duckdb, expected), 2):
            assert list(found) == row, f"{path}, row {number}: {row}, in Parquet {found}"
    else:
        # Of all epochs there is no CSV: those of each recording, one after the other.
        expected = []
        for name in dict.fromkeys(row[-2] for row in in_duckdb):
            _, rows = rows_of(folder / "results" / f"{name}.hypnic" / f"{table}.csv", known)
            expected += rows
        assert [list(row[:-2]) for row in in_duckdb] == expected, "other epochs"

    pairs = duckdb.sql(f"select key, value from parquet_kv_metadata('{parquet}')").fetchall()
    metadata = {bytes(key).decode(): bytes(text).decode() for key, text in pairs}
    assert metadata["program"] == "hypnic" and "not a diagnosis" in metadata["note"]
    for name, entry in known.items():
        for key in ("unit", "meaning", "source"):
            found = metadata.get(f"{name}.{key}", "")
            assert found == entry[key], f"{name}.{key}: {found!r} and not {entry[key]!r}"
    nulls = sum(cell is None for row in in_duckdb for cell in row)
    print(f"{parquet.name}: {len(in_duckdb)} rows, {len(names)} columns, {nulls} nulls, as the CSV")


def main():
    for folder in map(Path, sys.argv[1:]):
        for table in ("movements", "nights", "epochs"):
            check(folder, table)
    if (folder := Path(sys.argv[1])) and (folder / "status.csv").exists():
        question = f"""select participant, count(*) movements, round(avg(n.plm_per_hour_sleep), 1)
            from '{folder}/movements.parquet' join '{folder}/nights.parquet' n
            using (file, night, participant) group by all order by all"""
        print(duckdb.sql(question))


if __name__ == "__main__":
    main()
