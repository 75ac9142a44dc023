import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path

import pytest

from stancebook import DatasetError, load
from stancebook.build.pipeline import build_tables
from stancebook.dataset.publish import hardlink_or_copy, publish, staging_folder
from stancebook.exceptions import PublishError
from tests.dataset_files import held, lay, publish_files
from tests.unit.dataset_parts import write_in_parts
from tests.unit.sample_contract import ANNOTATIONS, LETTERS, Claims, Letters, People, Witnesses, contract, write

HERE = Path(__file__).parent
EDITED = ANNOTATIONS.replace("strength: fair", "strength: weak")


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """The files of a dataset, in which two tables are folders of parts."""
    folder = tmp_path_factory.mktemp("old")
    return held(
        write_in_parts(build_tables(LETTERS, write(folder)), folder / "dataset", {"claims": [1], "people": [1, 2]})
    )


@pytest.fixture(scope="module")
def new(tmp_path_factory):
    """The files of a later build, of other seeds and a contract with a table less.

    Of the tables that were folders, one is a file now, and one part of the other is the same; another is a folder.
    """
    folder = tmp_path_factory.mktemp("new")
    built = build_tables(contract(People, Letters, Claims, Witnesses), write(folder, EDITED))
    return held(write_in_parts(built, folder / "dataset", {"claims": [1], "witnesses": []}))


def folders(files):
    """How many folders of parts there are."""
    return len({name.partition("/")[0] for name in files if "/" in name})


def test_the_two_datasets_have_tables_in_parts_in_common_and_apart(old, new):
    same = {name for name in old.keys() & new.keys() if old[name] == new[name]}
    assert {name for name in same if name.endswith(".parquet")} == {"claims.parquet/part-00001.parquet"}
    assert {"people.parquet/part-00002.parquet", "people.parquet"} <= old.keys() | new.keys()
    assert "witnesses.parquet/part-00000.parquet" in new.keys() - old.keys()


def neighbours(folder):
    return [path.name for path in folder.parent.iterdir() if path != folder]


def aside(folder):
    return folder.with_name(f".{folder.name}.old")


def run(*program, **options):
    """Run a program in a process of its own; return its exit status and what it said."""
    told = subprocess.run([sys.executable, *program], check=False, capture_output=True, text=True, **options)
    assert told.stderr == ""
    return told.returncode, told.stdout


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "deep" / "dataset"


@pytest.fixture
def published(folder, old):
    publish_files(old, folder)
    return old


def test_a_folder_is_made_that_holds_exactly_the_files(folder, new):
    assert publish_files(new, folder)
    assert held(folder) == new
    assert neighbours(folder) == []


def test_files_that_an_earlier_build_wrote_and_this_one_does_not_are_gone(folder, published, new):
    assert {"tallies.parquet", "people.parquet/part-00002.parquet"} <= published.keys() - new.keys()
    assert publish_files(new, folder)
    assert held(folder) == new
    assert neighbours(folder) == []


def test_what_is_up_to_date_is_not_touched(folder, published):
    before = {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]}
    assert not publish_files(published, folder)
    assert {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]} == before
    assert neighbours(folder) == []


def test_everybody_may_read_what_is_published_unless_the_writer_masks_it(folder, new):
    os.umask(mask := os.umask(0))
    publish_files(new, folder)
    assert folder.stat().st_mode & 0o777 == 0o777 & ~mask


def test_where_the_folder_is_a_link_what_it_leads_to_is_replaced(folder, published, new, tmp_path):
    link = tmp_path / "dataset"
    link.symlink_to(folder)
    assert publish_files(new, link)
    assert link.is_symlink()
    assert held(folder) == new
    assert neighbours(folder) == []
    assert neighbours(link) == ["deep"]


# ── Killed ────────────────────────────────────────────────────────────────────────────────────────


def nothing_there(folder, old):
    pass


def an_old_dataset(folder, old):
    publish_files(old, folder)


def an_old_dataset_that_a_killed_build_put_aside(folder, old):
    publish_files(old, folder)
    shutil.copytree(folder, folder.with_name(".dataset.new-0123456789abcdef"))
    folder.rename(aside(folder))


def an_old_dataset_and_what_a_build_killed_at_its_end_did_not_remove(folder, old):
    publish_files(old, folder)
    shutil.copytree(folder, aside(folder))
    scratch = folder.with_name(".dataset.new-0123456789abcdef")
    scratch.mkdir()
    (scratch / "claims.parquet").write_bytes(b"half a t")


@pytest.fixture
def killed_at(new, folder, tmp_path, monkeypatch):
    """Publish the new files in a process that is killed at a given call; return whether it got that far."""
    monkeypatch.setattr(os, "fsync", os.fstat)  # as in killed.py
    lay(new, tmp_path / "new")
    program = [sys.executable, HERE / "killed.py", tmp_path / "new", folder]
    with subprocess.Popen(program, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:

        def call(step):
            print(step, file=process.stdin, flush=True)
            return {"killed\n": True, "finished\n": False}[process.stdout.readline()]

        yield call
        process.stdin.close()


def state(folder, old, new):
    """What a killed build left, in a word."""
    if folder.exists():
        found = held(folder)
        return "new" if found == new else "old" if found == old else "mixed"
    return "aside" if aside(folder).exists() and held(aside(folder)) == old else "nothing"


def loaded(folder):
    """What loading says, in short."""
    try:
        frames = load(path=folder)
    except DatasetError as refusal:
        return str(refusal)
    return frames["claims"]["strength"].tolist()[0], "tallies" in frames


@pytest.mark.parametrize(
    "scene",
    [
        nothing_there,
        an_old_dataset,
        an_old_dataset_that_a_killed_build_put_aside,
        an_old_dataset_and_what_a_build_killed_at_its_end_did_not_remove,
    ],
)
def test_killed_at_any_call_it_leaves_the_old_dataset_or_the_new_or_what_the_next_build_mends(
    scene, folder, old, new, killed_at
):
    states = {}
    for step in count():
        shutil.rmtree(folder.parent, ignore_errors=True)
        folder.parent.mkdir()
        scene(folder, old)
        if not killed_at(step):
            break
        left = state(folder, old, new)
        if left not in states:
            states[left] = loaded(folder)
        following = (old, new)[step % 2]
        publish_files(following, folder)
        assert held(folder) == following, step
        assert neighbours(folder) == [], step
    assert step > 5 * len(new)
    nothing = f"{folder} is not a dataset: it has no datapackage.json. Run build.py, or give path=."
    interrupted = (
        f"{folder} has no datapackage.json: a build is replacing the dataset, or was interrupted while it did. Load"
        f" again; if it stays so, run build.py. Nothing is lost: the dataset before it lies in {aside(folder)}."
    )
    outcomes = {"new": ("weak", False)}
    outcomes |= {"nothing": nothing} if scene is nothing_there else {"old": ("fair", True), "aside": interrupted}
    assert states == outcomes


def test_a_folder_that_is_not_whole_gives_way_to_the_dataset_that_was_put_aside(folder, published):
    shutil.copytree(folder, aside(folder))
    (folder / "claims.parquet/part-00001.parquet").unlink()
    assert not publish_files(published, folder)
    assert held(folder) == published
    assert neighbours(folder) == []


@pytest.mark.parametrize(
    "name",
    [".dataset.new", ".dataset.new-20310402", ".dataset.new-0123456789abcdef.zip", ".other.new-0123456789abcdef"],
)
def test_what_lies_beside_and_is_not_of_a_killed_build_stays(name, folder, published, new):
    (folder.parent / name).mkdir()
    publish_files(new, folder)
    assert neighbours(folder) == [name]


def test_a_leftover_that_somebody_made_read_only_goes_too(folder, published, new):
    (folder / "claims.parquet").chmod(0o555)
    folder.chmod(0o555)
    publish_files(new, folder)
    assert neighbours(folder) == []


# ── Faults ────────────────────────────────────────────────────────────────────────────────────────


def fail_at(step, monkeypatch):
    """Let the system refuse, once, the call number `step` that writes to the disk for good."""
    calls = count()

    def refusing(real):
        def call(*arguments):
            if next(calls) == step:
                raise OSError("the disk is gone")
            return real(*arguments)

        return call

    monkeypatch.setattr(os, "fsync", refusing(os.fsync))
    monkeypatch.setattr(Path, "rename", refusing(Path.rename))


def writes(files):
    """How many calls write to the disk for good until the new folder stands: files, folders, and two renames."""
    return len(files) + folders(files) + 1 + 2


def test_whatever_fails_before_the_new_folder_stands_leaves_the_old_one(folder, published, new, monkeypatch):
    for step in range(writes(new)):
        with monkeypatch.context() as patch:
            fail_at(step, patch)
            with pytest.raises(PublishError) as refusal:
                publish_files(new, folder)
        assert str(refusal.value) == (
            f"{folder} cannot be written (the disk is gone). It is as it was. Mend that, and build again."
        )
        assert held(folder) == published
        assert neighbours(folder) == []


@pytest.mark.parametrize("step", [0, 1])
def test_a_fault_after_the_new_folder_stands_leaves_the_old_one_beside_until_the_next_build(
    step, folder, published, new, monkeypatch
):
    with monkeypatch.context() as patch:
        fail_at(writes(new) + step, patch)
        assert publish_files(new, folder)
    assert held(folder) == new
    assert neighbours(folder) == [".dataset.old"]
    assert not publish_files(new, folder)
    assert neighbours(folder) == []


def test_there_are_no_further_steps_that_can_fail(folder, published, new, monkeypatch):
    fail_at(writes(new) + 2, monkeypatch)
    assert publish_files(new, folder)
    assert neighbours(folder) == []


def test_a_disk_that_fails_for_good_between_the_renames_leaves_the_old_folder_beside(
    folder, published, new, monkeypatch
):
    real = Path.rename

    def rename(path, target):
        if path != folder:
            raise OSError("the disk is gone")
        return real(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        with pytest.raises(PublishError, match=r"It lies, as it was, in .*\.dataset\.old; the next build puts it back"):
            publish_files(new, folder)
    assert held(aside(folder)) == published
    assert not publish_files(published, folder)


FILES_THAT_FILL_IT = """
import os, resource, sys
from pathlib import Path
from stancebook.exceptions import PublishError
from tests.dataset_files import held, publish_files

source, folder = map(Path, sys.argv[1:])
old, new = (held(source / name) for name in ("old", "new"))


def attempt(room):
    publish_files(old, folder)
    with room:
        try:
            publish_files(new, folder)
            expected = new
        except PublishError as fault:
            print(fault)
            expected = old
    assert held(folder) == expected
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    return expected is new
"""
A_LIMIT_ON_FILES = """
from contextlib import contextmanager

@contextmanager
def files_of_at_most(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

assert [attempt(files_of_at_most(size)) for size in (0, *sorted(map(len, new.values())))] == [False] * len(new) + [True]
"""
A_FULL_DISK = """
from contextlib import contextmanager

@contextmanager
def disk_with(pages):
    filler = folder.parent / "filler"
    disk = os.statvfs(folder)
    filler.write_bytes(bytes((disk.f_bavail - pages) * disk.f_frsize))
    yield
    filler.unlink()

fits = [attempt(disk_with(pages)) for pages in range(64)]
assert fits == sorted(fits) and not fits[0] and fits[-1]
"""


@pytest.fixture
def sources(old, new, tmp_path):
    for name, files in {"old": old, "new": new}.items():
        lay(files, tmp_path / name)
    return tmp_path


def test_files_that_may_grow_no_further_leave_the_old_dataset(sources, folder):
    status, told = run("-c", FILES_THAT_FILL_IT + A_LIMIT_ON_FILES, sources, folder)
    assert status == 0
    assert set(told.splitlines()) == {
        f"{folder} cannot be written (File too large). It is as it was."
        " Make room on the disk, or build elsewhere with --out."
    }


def test_a_disk_that_fills_up_at_any_page_leaves_the_old_dataset(sources, folder, in_a_mount):
    folder.parent.mkdir()
    told = in_a_mount(
        'mount -t tmpfs -o size=1m none "$1"; shift; exec "$@"',
        *(folder.parent, sys.executable, "-c", FILES_THAT_FILL_IT + A_FULL_DISK, sources, folder),
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert len(told.stdout.splitlines()) > len(held(sources / "new"))
    assert set(told.stdout.splitlines()) == {
        f"{folder} cannot be written (No space left on device). It is as it was."
        " Make room on the disk, or build elsewhere with --out."
    }


A_FOLDER_OF_ANOTHER_USER = """
import os, sys
from pathlib import Path
from stancebook.exceptions import PublishError
from tests.dataset_files import publish_files

if os.getuid() == 0:
    os.setuid(65534)
try:
    publish_files({"a.parquet": b"new", "datapackage.json": b"{}"}, Path(sys.argv[1]))
except PublishError as fault:
    print(fault)
"""


def test_a_folder_in_which_one_may_not_write_stays_as_it_was():
    files = {"a.parquet": b"old", "datapackage.json": b"{}"}
    with tempfile.TemporaryDirectory() as place:  # the test's own folder is closed to the other user
        folder = Path(place).resolve() / "dataset"
        publish_files(files, folder)
        folder.parent.chmod(0o555)
        status, told = run("-c", A_FOLDER_OF_ANOTHER_USER, folder)
        folder.parent.chmod(0o755)
        assert status == 0
        assert told.startswith(f"{folder} cannot be written (Permission denied: {folder.parent}/.dataset.new-")
        assert told.endswith(
            "). It is as it was. Build with --out into a folder where you may write, or look without writing"
            " with --check.\n"
        )
        assert held(folder) == files


ON_A_MOUNT = """
import sys
from pathlib import Path
from stancebook.exceptions import PublishError
from tests.dataset_files import held, publish_files

files, before = held(Path(sys.argv[1])), held(Path(sys.argv[2]))
try:
    publish_files(files, Path(sys.argv[2]))
except PublishError as fault:
    print(fault)
assert held(Path(sys.argv[2])) == before
"""


def test_a_folder_on_which_a_disk_is_mounted_is_told_of_and_left_as_it_was(sources, folder, in_a_mount):
    folder.mkdir(parents=True)
    told = in_a_mount(
        'mount -t tmpfs none "$1"; cp -r "$2"/. "$1"; shift 2; "$@"',
        *(folder, sources / "old", sys.executable, "-c", ON_A_MOUNT, sources / "new", folder),
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert "cannot be written (Device or resource busy" in told.stdout
    assert "A folder on which a disk is mounted cannot be replaced as a whole" in told.stdout
    assert neighbours(folder) == []


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("file", "is a file; name a folder to build into"),
        ("file/dataset", r"cannot be written \((Not a directory|File exists).*Name another folder with --out"),
        ("x" * 300, r"cannot be written \(File name too long.*Name another folder with --out"),
        ("x" * 250, r"cannot be written \(File name too long.*Name another folder with --out"),
        ("broken", "is a link to .*/nowhere, which is not there"),
        ("circle", r"cannot be written|is a link to"),
        ("/", "is a whole disk"),
    ],
)
def test_a_place_where_no_folder_can_be_is_refused_in_a_sentence(place, told, tmp_path, new):
    (tmp_path / "file").write_bytes(b"not a folder")
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(PublishError, match=told):
        publish_files(new, tmp_path / place)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "circle", "file"]
    assert (tmp_path / "file").read_bytes() == b"not a folder"


# ── Taken over ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def flushed(monkeypatch):
    """The files that are flushed to disk, and not merely there."""
    names = []
    real = os.fsync

    def fsync(handle):
        names.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        return real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    return names


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="what is flushed is known by its name on Linux alone")
def test_a_part_that_is_taken_over_is_the_same_file_and_is_not_written_again(folder, published, new, flushed):
    kept = folder / "claims.parquet/part-00001.parquet"
    inode = kept.stat().st_ino
    with staging_folder(folder) as made:
        lay(new, made)
        (made / "claims.parquet/part-00001.parquet").unlink()
        hardlink_or_copy(kept, made / "claims.parquet/part-00001.parquet")
        assert publish(made, folder)
    assert held(folder) == new
    assert (kept.stat().st_ino, kept.stat().st_nlink) == (inode, 1)
    assert "part-00000.parquet" in flushed
    assert "part-00001.parquet" not in flushed


def no_links(*_):
    raise OSError(errno.EPERM, "no links here")


def test_where_there_are_no_links_a_part_is_copied(folder, published, new, monkeypatch):
    monkeypatch.setattr(os, "link", no_links)
    with staging_folder(folder) as made:
        hardlink_or_copy(folder / "claims.parquet/part-00001.parquet", made / "again.parquet")
        assert (made / "again.parquet").read_bytes() == published["claims.parquet/part-00001.parquet"]
        assert (made / "again.parquet").stat().st_nlink == 1


def test_a_part_that_is_a_link_is_taken_over_as_the_file_it_leads_to(folder, published, tmp_path):
    part = folder / "claims.parquet/part-00001.parquet"
    part.rename(tmp_path / "elsewhere")
    part.symlink_to(tmp_path / "elsewhere")
    with staging_folder(folder) as made:
        hardlink_or_copy(part, made / "again.parquet")
        assert not (made / "again.parquet").is_symlink()


def test_a_part_that_is_not_there_cannot_be_taken_over(folder, published):
    with pytest.raises(PublishError, match="No such file or directory"), staging_folder(folder) as made:
        hardlink_or_copy(folder / "claims.parquet/part-00009.parquet", made / "again.parquet")


def test_a_dataset_all_of_whose_files_are_taken_over_is_up_to_date(folder, published):
    before = folder.stat().st_ino
    with staging_folder(folder) as made:
        for name in published:
            (made / name).parent.mkdir(exist_ok=True)
            hardlink_or_copy(folder / name, made / name)
        assert not publish(made, folder)
    assert folder.stat().st_ino == before
    assert neighbours(folder) == []


# ── Left ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fault", [KeyboardInterrupt, ValueError])
def test_whoever_breaks_off_leaves_no_scratch_folder(fault, folder, published):
    with pytest.raises(fault), staging_folder(folder) as made:  # noqa: PT012 – what breaks off is within
        (made / "claims.parquet").mkdir()
        raise fault
    assert held(folder) == published
    assert neighbours(folder) == []


# ── What no build wrote ───────────────────────────────────────────────────────────────────────────


def test_a_folder_with_a_foreign_file_is_refused_and_left_as_it_is(folder, published, new):
    (folder / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(PublishError, match=r"holds thesis\.docx, which no build wrote"):
        publish_files(new, folder)
    assert held(folder) == {**published, "thesis.docx": b"years of work"}


def test_a_foreign_file_in_a_folder_put_aside_is_refused_too(folder, published, new):
    aside(folder).mkdir()
    (aside(folder) / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(PublishError, match=r"\.dataset\.old holds thesis\.docx, which no build wrote"):
        publish_files(new, folder)
    assert held(aside(folder)) == {"thesis.docx": b"years of work"}
    assert held(folder) == published


def test_a_table_of_a_folder_without_a_data_package_is_foreign(folder, published, new):
    (folder / "datapackage.json").unlink()
    with pytest.raises(PublishError, match=r"holds people\.parquet, tallies\.parquet, witnesses\.parquet, which"):
        publish_files(new, folder)


@pytest.mark.parametrize(
    "name", ["claims.parquet/thesis.docx", "claims.parquet/part-00002.parquet", "claims.parquet/notes", "notes"]
)
def test_what_no_build_wrote_is_refused_in_a_folder_of_parts_too_and_a_folder_named_as_a_whole(
    name, folder, published, new
):
    path = folder / name
    if name.endswith("notes"):
        path.mkdir()
        for number in range(3):
            (path / f"{number}.txt").touch()
    else:
        path.touch()
    with pytest.raises(PublishError, match=f"holds {name}, which no build wrote"):
        publish_files(new, folder)
    assert path.exists()
    assert neighbours(folder) == []


def test_what_a_link_in_place_of_a_folder_of_parts_leads_to_stays(folder, published, new, tmp_path):
    (folder / "claims.parquet").rename(tmp_path / "elsewhere")
    (folder / "claims.parquet").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PublishError, match=r"holds claims\.parquet, which no build wrote"):
        publish_files(new, folder)
    assert len(held(tmp_path / "elsewhere")) == 2


def test_a_data_package_of_another_program_makes_no_table_ours(folder, new):
    folder.mkdir(parents=True)
    (folder / "datapackage.json").write_text(json.dumps({"resources": "b.csv"}))
    (folder / "b.csv").touch()
    with pytest.raises(PublishError, match=r"holds b\.csv"):
        publish_files(new, folder)
