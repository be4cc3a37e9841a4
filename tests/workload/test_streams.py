"""Named luck: draws that depend on names alone, and are as good as random."""

from __future__ import annotations

import numpy as np

from careplan.streams import BLOCK, identities, key_of, next_identities, uniform, uniforms

N = 1_000_000
PEOPLE = identities(key_of(1, 0, "cases", "phone", "2026-03-02"), 0, N)


def test_identities_are_the_published_splitmix64_sequence() -> None:
    # Seed 1234567, as the reference implementation prints it (Rosetta Code, "Pseudo-random numbers/Splitmix64").
    drawn = identities(np.uint64(1234567), 0, 5)
    assert drawn.tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_a_longer_sequence_begins_with_the_shorter_one() -> None:
    key = key_of("a")
    np.testing.assert_array_equal(identities(key, 0, 100)[40:], identities(key, 40, 60))


def test_keys_differ_by_name_order_and_kind() -> None:
    names = [("a", "b"), ("b", "a"), ("ab",), ("a", "b", 0), (1,), ("1",), (1, 2), (12,), ("a,b",), ()]
    assert len({int(key_of(*name)) for name in names}) == len(names)


def test_a_key_does_not_depend_on_the_kind_of_integer() -> None:
    key_of.cache_clear()
    from_numpy = key_of("seed", np.int64(7))  # type: ignore[arg-type]
    key_of.cache_clear()
    assert from_numpy == key_of("seed", 7)


def test_a_draw_does_not_depend_on_who_else_draws() -> None:
    key = key_of("work")
    some = np.array([3, BLOCK - 1, BLOCK, 2 * BLOCK + 5])
    np.testing.assert_array_equal(uniforms(PEOPLE[some], key), uniforms(PEOPLE, key)[some])


def test_uniforms_lie_strictly_between_zero_and_one() -> None:
    drawn = uniforms(PEOPLE, key_of("work"))
    assert 0 < drawn.min() < 1e-5
    assert 1 - 1e-5 < drawn.max() < 1
    assert 0 < uniform("anything", 1) < 1


def test_uniforms_fill_every_cell_alike() -> None:
    for decision in ("work", "patience", "arrival"):
        counts = np.histogram(uniforms(PEOPLE, key_of(decision)), bins=1000, range=(0, 1))[0]
        chi_square = ((counts - N / 1000) ** 2 / (N / 1000)).sum()
        assert abs(chi_square - 999) < 4 * np.sqrt(2 * 999)


def test_draws_of_neighbours_decisions_and_generations_are_independent() -> None:
    work, think = uniforms(PEOPLE, key_of("work", 0)), uniforms(PEOPLE, key_of("work", 1))
    children = next_identities(PEOPLE, key_of("next contact"))
    other_day = identities(key_of(1, 0, "cases", "phone", "2026-03-03"), 0, N)
    pairs = {
        "neighbours": (work[1:], work[:-1]),
        "decisions": (work, think),
        "mother and child": (work, uniforms(children, key_of("work", 0))),
        "days": (work, uniforms(other_day, key_of("work", 0))),
    }
    for name, (one, other) in pairs.items():
        assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(N), name
        cells = np.histogram2d(one, other, bins=32, range=[[0, 1], [0, 1]])[0]
        chi_square = ((cells - len(one) / 1024) ** 2 / (len(one) / 1024)).sum()
        assert abs(chi_square - 1023) < 4 * np.sqrt(2 * 1023), name


def test_nobody_shares_an_identity() -> None:
    families = [PEOPLE, next_identities(PEOPLE, key_of("next contact"))]
    families += [identities(key_of(1, replication, "cases", "phone", "2026-03-02"), 0, N) for replication in (1, 2)]
    everyone = np.sort(np.concatenate(families))
    assert (np.diff(everyone) > 0).all()
