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
    """The files of a later build, of edited texts and a contract without one of the tables.

    Of two tables that were folders, one is a file now, and the other has a part in common; a third is a folder.
    """
    folder = tmp_path_factory.mktemp("new")
    built = build_tables(contract(People, Letters, Claims, Witnesses), write(folder, EDITED))
    return held(write_in_parts(built, folder / "dataset", {"claims": [1], "witnesses": []}))


def folders(files):
    """Return the number of folders of parts."""
    return len({name.partition("/")[0] for name in files if "/" in name})


def test_sample_datasets_share_some_parts(old, new):
    """The two sample datasets share one part; other tables become files, folders, or are gone."""
    same = {name for name in old.keys() & new.keys() if old[name] == new[name]}
    assert {name for name in same if name.endswith(".parquet")} == {"claims.parquet/part-00001.parquet"}
    assert {"people.parquet/part-00002.parquet", "people.parquet"} <= old.keys() | new.keys()
    assert "witnesses.parquet/part-00000.parquet" in new.keys() - old.keys()


def siblings(folder):
    return [path.name for path in folder.parent.iterdir() if path != folder]


def backup_of(folder):
    return folder.with_name(f".{folder.name}.old")


def run(*program, **options):
    """Run a program in a process of its own; return its exit status and output."""
    output = subprocess.run([sys.executable, *program], check=False, capture_output=True, text=True, **options)
    assert output.stderr == ""
    return output.returncode, output.stdout


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "deep" / "dataset"


@pytest.fixture
def published(folder, old):
    publish_files(old, folder)
    return old


def test_publish_creates_the_folder(folder, new):
    """A folder that is not there is created with exactly the new files."""
    assert publish_files(new, folder)
    assert held(folder) == new
    assert siblings(folder) == []


def test_publish_removes_old_files(folder, published, new):
    """Files of the old dataset that the new one does not have are removed."""
    assert {"tallies.parquet", "people.parquet/part-00002.parquet"} <= published.keys() - new.keys()
    assert publish_files(new, folder)
    assert held(folder) == new
    assert siblings(folder) == []


def test_publish_leaves_an_equal_folder_alone(folder, published):
    """A folder that holds the same files is not touched."""
    before = {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]}
    assert not publish_files(published, folder)
    assert {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]} == before
    assert siblings(folder) == []


def test_published_folder_has_the_usual_mode(folder, new):
    """The folder has the permissions that the umask leaves."""
    os.umask(mask := os.umask(0))
    publish_files(new, folder)
    assert folder.stat().st_mode & 0o777 == 0o777 & ~mask


def test_publish_replaces_the_target_of_a_link(folder, published, new, tmp_path):
    """Where the folder is a link, its target is replaced and the link stays."""
    link = tmp_path / "dataset"
    link.symlink_to(folder)
    assert publish_files(new, link)
    assert link.is_symlink()
    assert held(folder) == new
    assert siblings(folder) == []
    assert siblings(link) == ["deep"]


# ── Killed processes ──────────────────────────────────────────────────────────────────────────────


def no_dataset(folder, old):
    pass


def old_dataset(folder, old):
    publish_files(old, folder)


def old_dataset_in_the_backup(folder, old):
    publish_files(old, folder)
    shutil.copytree(folder, folder.with_name(".dataset.new-0123456789abcdef"))
    folder.rename(backup_of(folder))


def old_dataset_and_leftovers(folder, old):
    publish_files(old, folder)
    shutil.copytree(folder, backup_of(folder))
    scratch = folder.with_name(".dataset.new-0123456789abcdef")
    scratch.mkdir()
    (scratch / "claims.parquet").write_bytes(b"half a t")


@pytest.fixture
def killed_at(new, folder, tmp_path, monkeypatch):
    """Publish the new files in a process that is killed at a given call; return whether it made that many calls."""
    monkeypatch.setattr(os, "fsync", os.fstat)  # as in crash_child.py
    lay(new, tmp_path / "new")
    program = [sys.executable, HERE / "crash_child.py", tmp_path / "new", folder]
    with subprocess.Popen(program, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:

        def call(step):
            print(step, file=process.stdin, flush=True)
            return {"killed\n": True, "finished\n": False}[process.stdout.readline()]

        yield call
        process.stdin.close()


def state(folder, old, new):
    """Return what a killed build left: `old`, `new`, `backup`, `nothing`, or `mixed` if it is none of these."""
    if folder.exists():
        found = held(folder)
        return "new" if found == new else "old" if found == old else "mixed"
    return "backup" if backup_of(folder).exists() and held(backup_of(folder)) == old else "nothing"


def loaded(folder):
    """Return a value and a table name that tell the two datasets apart, or the message of the exception."""
    try:
        frames = load(path=folder)
    except DatasetError as error:
        return str(error)
    return frames["claims"]["strength"].tolist()[0], "tallies" in frames


@pytest.mark.proof
@pytest.mark.parametrize(
    "prepare",
    [
        no_dataset,
        old_dataset,
        old_dataset_in_the_backup,
        old_dataset_and_leftovers,
    ],
)
def test_publish_killed_at_any_call_is_recovered(prepare, folder, old, new, killed_at):
    """A build killed before any call that writes leaves the old dataset, the new one, or a backup that is restored."""
    states = {}
    for step in count():
        shutil.rmtree(folder.parent, ignore_errors=True)
        folder.parent.mkdir()
        prepare(folder, old)
        if not killed_at(step):
            break
        left = state(folder, old, new)
        if left not in states:
            states[left] = loaded(folder)
        following = (old, new)[step % 2]
        publish_files(following, folder)
        assert held(folder) == following, step
        assert siblings(folder) == [], step
    assert step > 5 * len(new)
    nothing = f"{folder} is not a dataset: it has no datapackage.json. Run `stancebook build`, or give path=."
    interrupted = (
        f"{folder} has no datapackage.json: a build is replacing the dataset, or was interrupted while it did. Load"
        f" again; if that does not help, run `stancebook build`. Nothing is lost: the previous dataset is in"
        f" {backup_of(folder)}."
    )
    outcomes = {"new": ("weak", False)}
    outcomes |= {"nothing": nothing} if prepare is no_dataset else {"old": ("fair", True), "backup": interrupted}
    assert states == outcomes


def test_incomplete_folder_is_replaced_by_the_backup(folder, published):
    """An incomplete folder next to a backup is discarded, and the backup restored."""
    shutil.copytree(folder, backup_of(folder))
    (folder / "claims.parquet/part-00001.parquet").unlink()
    assert not publish_files(published, folder)
    assert held(folder) == published
    assert siblings(folder) == []


@pytest.mark.parametrize(
    "name",
    [".dataset.new", ".dataset.new-20310402", ".dataset.new-0123456789abcdef.zip", ".other.new-0123456789abcdef"],
)
def test_foreign_sibling_folder_stays(name, folder, published, new):
    """A folder next to the dataset that no killed build left is not removed."""
    (folder.parent / name).mkdir()
    publish_files(new, folder)
    assert siblings(folder) == [name]


def test_read_only_old_dataset_is_removed(folder, published, new):
    """An old dataset whose folders are read-only is removed too."""
    (folder / "claims.parquet").chmod(0o555)
    folder.chmod(0o555)
    publish_files(new, folder)
    assert siblings(folder) == []


# ── Failures of the disk ──────────────────────────────────────────────────────────────────────────


def fail_at(step, monkeypatch):
    """Fail once, at the call number `step` that writes to the disk for good: a flush or a rename."""
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
    """Return how many such calls put the new folder in place: a flush a file and folder, and two renames."""
    return len(files) + folders(files) + 1 + 2


def test_failure_before_the_renames_keeps_the_old(folder, published, new, monkeypatch):
    """Whichever write fails before the new folder is in place, the old one is unchanged."""
    for step in range(writes(new)):
        with monkeypatch.context() as patch:
            fail_at(step, patch)
            with pytest.raises(PublishError) as raised:
                publish_files(new, folder)
        assert str(raised.value) == (
            f"{folder} cannot be written (the disk is gone). It is unchanged. Fix that, and build again."
        )
        assert held(folder) == published
        assert siblings(folder) == []


@pytest.mark.parametrize("step", [0, 1])
def test_failure_after_the_renames_keeps_the_backup(step, folder, published, new, monkeypatch):
    """A failure after the new folder is in place leaves the backup, which the next build removes."""
    with monkeypatch.context() as patch:
        fail_at(writes(new) + step, patch)
        assert publish_files(new, folder)
    assert held(folder) == new
    assert siblings(folder) == [".dataset.old"]
    assert not publish_files(new, folder)
    assert siblings(folder) == []


def test_no_further_write_can_fail(folder, published, new, monkeypatch):
    """The two tests above cover all calls that write to the disk for good."""
    fail_at(writes(new) + 2, monkeypatch)
    assert publish_files(new, folder)
    assert siblings(folder) == []


def test_disk_gone_between_renames_keeps_the_backup(folder, published, new, monkeypatch):
    """If the disk fails between the two renames, the message names the backup, and the next build restores it."""
    real = Path.rename

    def rename(path, target):
        if path != folder:
            raise OSError("the disk is gone")
        return real(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        with pytest.raises(
            PublishError, match=r"The previous dataset is in .*\.dataset\.old; the next build restores it"
        ):
            publish_files(new, folder)
    assert held(backup_of(folder)) == published
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
        except PublishError as error:
            print(error)
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


def test_file_size_limit_keeps_the_old_dataset(sources, folder):
    """A limit on file sizes, at any file, leaves the old dataset and says what to do."""
    status, output = run("-c", FILES_THAT_FILL_IT + A_LIMIT_ON_FILES, sources, folder)
    assert status == 0
    assert set(output.splitlines()) == {
        f"{folder} cannot be written (File too large). It is unchanged."
        " Make room on the disk, or build elsewhere with --out."
    }


def test_full_disk_keeps_the_old_dataset(sources, folder, in_a_mount):
    """A disk that is full, at any page, leaves the old dataset and says what to do."""
    folder.parent.mkdir()
    output = in_a_mount(
        'mount -t tmpfs -o size=1m none "$1"; shift; exec "$@"',
        *(folder.parent, sys.executable, "-c", FILES_THAT_FILL_IT + A_FULL_DISK, sources, folder),
    )
    assert (output.returncode, output.stderr) == (0, "")
    assert len(output.stdout.splitlines()) > len(held(sources / "new"))
    assert set(output.stdout.splitlines()) == {
        f"{folder} cannot be written (No space left on device). It is unchanged."
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
except PublishError as error:
    print(error)
"""


def test_read_only_parent_keeps_the_old_dataset():
    """A parent folder without write permission leaves the old dataset and says what to do."""
    files = {"a.parquet": b"old", "datapackage.json": b"{}"}
    with tempfile.TemporaryDirectory() as outside:  # the other user cannot enter the test's own folder
        folder = Path(outside).resolve() / "dataset"
        publish_files(files, folder)
        folder.parent.chmod(0o555)
        status, output = run("-c", A_FOLDER_OF_ANOTHER_USER, folder)
        folder.parent.chmod(0o755)
        assert status == 0
        assert output.startswith(f"{folder} cannot be written (Permission denied: {folder.parent}/.dataset.new-")
        assert output.endswith(
            "). It is unchanged. Build with --out into a folder where you may write, or look without writing"
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
except PublishError as error:
    print(error)
assert held(Path(sys.argv[2])) == before
"""


def test_mount_point_is_refused(sources, folder, in_a_mount):
    """A folder on which a disk is mounted is refused, and unchanged."""
    folder.mkdir(parents=True)
    output = in_a_mount(
        'mount -t tmpfs none "$1"; cp -r "$2"/. "$1"; shift 2; "$@"',
        *(folder, sources / "old", sys.executable, "-c", ON_A_MOUNT, sources / "new", folder),
    )
    assert (output.returncode, output.stderr) == (0, "")
    assert "cannot be written (Device or resource busy" in output.stdout
    assert "A folder on which a disk is mounted cannot be replaced" in output.stdout
    assert siblings(folder) == []


@pytest.mark.parametrize(
    ("target", "message"),
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
def test_impossible_target_is_refused(target, message, tmp_path, new):
    """A path at which no folder can be is refused with a sentence, and nothing is created."""
    (tmp_path / "file").write_bytes(b"not a folder")
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    with pytest.raises(PublishError, match=message):
        publish_files(new, tmp_path / target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "circle", "file"]
    assert (tmp_path / "file").read_bytes() == b"not a folder"


# ── Hard links ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def flushed(monkeypatch):
    """The names of the files that are flushed to disk, in order."""
    names = []
    real = os.fsync

    def fsync(handle):
        names.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        return real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    return names


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux gives the names of open files")
def test_hard_linked_part_is_not_written_again(folder, published, new, flushed):
    """A hard link to a published part is the same file, and is not flushed again."""
    kept = folder / "claims.parquet/part-00001.parquet"
    inode = kept.stat().st_ino
    with staging_folder(folder) as staging:
        lay(new, staging)
        (staging / "claims.parquet/part-00001.parquet").unlink()
        hardlink_or_copy(kept, staging / "claims.parquet/part-00001.parquet")
        assert publish(staging, folder)
    assert held(folder) == new
    assert (kept.stat().st_ino, kept.stat().st_nlink) == (inode, 1)
    assert "part-00000.parquet" in flushed
    assert "part-00001.parquet" not in flushed


def no_links(*_):
    raise OSError(errno.EPERM, "no links here")


def test_part_is_copied_without_hard_links(folder, published, new, monkeypatch):
    """On a file system without hard links, a part is copied."""
    monkeypatch.setattr(os, "link", no_links)
    with staging_folder(folder) as staging:
        hardlink_or_copy(folder / "claims.parquet/part-00001.parquet", staging / "again.parquet")
        assert (staging / "again.parquet").read_bytes() == published["claims.parquet/part-00001.parquet"]
        assert (staging / "again.parquet").stat().st_nlink == 1


def test_symbolic_link_is_linked_to_its_target(folder, published, tmp_path):
    """A part that is a symbolic link is linked to as its target."""
    part = folder / "claims.parquet/part-00001.parquet"
    part.rename(tmp_path / "elsewhere")
    part.symlink_to(tmp_path / "elsewhere")
    with staging_folder(folder) as staging:
        hardlink_or_copy(part, staging / "again.parquet")
        assert not (staging / "again.parquet").is_symlink()


def test_missing_part_cannot_be_linked(folder, published):
    """A part that is not there raises `PublishError`."""
    with pytest.raises(PublishError, match="No such file or directory"), staging_folder(folder) as staging:
        hardlink_or_copy(folder / "claims.parquet/part-00009.parquet", staging / "again.parquet")


def test_folder_of_hard_links_is_equal(folder, published):
    """A staging folder of hard links alone equals the dataset, which is not touched."""
    before = folder.stat().st_ino
    with staging_folder(folder) as staging:
        for name in published:
            (staging / name).parent.mkdir(exist_ok=True)
            hardlink_or_copy(folder / name, staging / name)
        assert not publish(staging, folder)
    assert folder.stat().st_ino == before
    assert siblings(folder) == []


# ── Exceptions ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("fault", [KeyboardInterrupt, ValueError])
def test_exception_removes_the_staging_folder(fault, folder, published):
    """An exception in the block removes the staging folder; the dataset is unchanged."""
    with pytest.raises(fault), staging_folder(folder) as staging:  # noqa: PT012 – the exception is in the block
        (staging / "claims.parquet").mkdir()
        raise fault
    assert held(folder) == published
    assert siblings(folder) == []


# ── Unknown files ─────────────────────────────────────────────────────────────────────────────────


def test_unknown_file_is_refused(folder, published, new):
    """A folder with a file that no build wrote is refused, and unchanged."""
    (folder / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(PublishError, match=r"holds thesis\.docx, which no build wrote"):
        publish_files(new, folder)
    assert held(folder) == {**published, "thesis.docx": b"years of work"}


def test_unknown_file_in_the_backup_is_refused(folder, published, new):
    """A backup with a file that no build wrote is refused, and unchanged."""
    backup_of(folder).mkdir()
    (backup_of(folder) / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(PublishError, match=r"\.dataset\.old holds thesis\.docx, which no build wrote"):
        publish_files(new, folder)
    assert held(backup_of(folder)) == {"thesis.docx": b"years of work"}
    assert held(folder) == published


def test_tables_without_data_package_are_unknown(folder, published, new):
    """Without a data package, tables that the new dataset does not have are unknown files."""
    (folder / "datapackage.json").unlink()
    with pytest.raises(PublishError, match=r"holds people\.parquet, tallies\.parquet, witnesses\.parquet, which"):
        publish_files(new, folder)


@pytest.mark.parametrize(
    "name", ["claims.parquet/thesis.docx", "claims.parquet/part-00002.parquet", "claims.parquet/notes", "notes"]
)
def test_unknown_entry_in_a_folder_is_refused(name, folder, published, new):
    """An unknown entry among parts is refused by its path, an unknown folder by its name."""
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
    assert siblings(folder) == []


def test_link_in_place_of_parts_is_refused(folder, published, new, tmp_path):
    """A link in place of a folder of parts is refused, and its target stays."""
    (folder / "claims.parquet").rename(tmp_path / "elsewhere")
    (folder / "claims.parquet").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PublishError, match=r"holds claims\.parquet, which no build wrote"):
        publish_files(new, folder)
    assert len(held(tmp_path / "elsewhere")) == 2


def test_foreign_data_package_lists_nothing(folder, new):
    """Files that the data package of another program lists are unknown files."""
    folder.mkdir(parents=True)
    (folder / "datapackage.json").write_text(json.dumps({"resources": "b.csv"}))
    (folder / "b.csv").touch()
    with pytest.raises(PublishError, match=r"holds b\.csv"):
        publish_files(new, folder)
