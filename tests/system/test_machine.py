"""What is found out about disks, swap and the keyring from what a kernel says."""

from __future__ import annotations

from pathlib import Path

import pytest

from mayfly.domain.machine import KeyringLock, SwapKind
from mayfly.system import machine as machine_module
from mayfly.system.machine import LinuxMachine, Places, Probes, look_at_machine
from mayfly.system.machine_flags import (
    ENCRYPTED,
    JOURNAL_DATA,
    NO_COPY_ON_WRITE,
    NO_DUMP,
)
from mayfly.system.machine_keyring import keyring_lock
from tests.machines import RecordedMachine


@pytest.fixture
def recorded(tmp_path):
    return RecordedMachine(tmp_path / "root")


@pytest.fixture
def look(recorded, tmp_path):
    """Look at a key file of a path, whose flags are as given."""

    def look(path: str = "/var/shard", *, flags: int | None = 0, shares: bool | None = False):
        machine = LinuxMachine(recorded.root, Probes(lambda _: flags, lambda _: shares))
        home = tmp_path / "home"
        return machine.look(Places(Path("/var/lib/vault.db"), Path(path), home, home / "data"))

    return look


def test_volumes_on_an_encrypted_disk_are_seen_through(look):
    shard = look().shard
    assert (shard.file_system, shard.volume) == ("ext4", "253:1")
    assert (shard.encrypted, shard.flash, shard.discards) == (True, True, False)
    assert shard.snapshots == ()


def test_btrfs_bears_no_number_of_a_device_and_is_found_by_its_name(look):
    shard = look("/home/ann/shard", flags=NO_COPY_ON_WRITE).shard
    assert (shard.file_system, shard.encrypted) == ("btrfs", True)
    assert (shard.no_copy_on_write, shard.discards) == (True, True)


def test_a_plain_partition_is_not_encrypted(look):
    shard = look("/srv/shard").shard
    assert (shard.encrypted, shard.flash, shard.discards) == (False, True, True)


def test_a_disk_that_turns_is_found_above_its_partition(look):
    assert look("/media/old/shard").shard.flash is False


def test_what_is_only_verified_is_not_encrypted(look, recorded):
    mounts = "28 1 253:7 / / rw - ext4 /dev/mapper/verified rw\n"
    recorded.write("/proc/self/mountinfo", mounts)
    assert look().shard.encrypted is False


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/ann/My Cloud/shard", "fuse.sshfs"),
        ("/home/ann/nas/shard", "nfs4"),
        ("/home/ann/nasty/shard", "btrfs"),
        ("/data/shard", "tmpfs"),
    ],
)
def test_the_deepest_and_last_mount_holds_the_file(look, path, kind):
    assert look(path).shard.file_system == kind


def test_a_volume_that_has_a_snapshot_is_told(look, recorded):
    recorded.write("/proc/self/mountinfo", "28 1 253:4 / / rw - xfs /dev/mapper/vg-data rw,attr2\n")
    assert look().shard.snapshots == ("LVM snapshot",)


def test_a_thin_volume_is_told_and_seen_through(look, recorded):
    recorded.write("/proc/self/mountinfo", "28 1 253:8 / / rw - ext4 /dev/mapper/thin rw\n")
    shard = look().shard
    assert (shard.snapshots, shard.encrypted) == (("LVM thin pool",), True)


def test_a_device_that_the_kernel_does_not_list_leaves_its_disk_open(look, recorded):
    recorded.write("/proc/self/mountinfo", "28 1 7:0 / / rw - ext4 /dev/loop0 rw\nnonsense\n")
    shard = look().shard
    assert (shard.file_system, shard.encrypted, shard.flash) == ("ext4", None, None)


def test_snapshot_programs_are_told_on_file_systems_that_can(look, recorded):
    recorded.write("/etc/snapper/configs/home", "")
    recorded.write("/etc/timeshift/timeshift.json", '{"btrfs_mode" : "true"}')
    assert look("/home/ann/shard").shard.snapshots == ("snapper", "Timeshift")
    assert look("/var/shard").shard.snapshots == ()


# --- journalling of data ---------------------------------------------------------------


def test_data_journalling_is_seen_in_the_table_of_mounts(look):
    assert look("/media/old/shard").shard.journals_data is True


def test_data_journalling_that_a_file_system_was_made_with_is_seen(look, recorded):
    recorded.write("/proc/fs/ext4/dm-1/options", "rw\ndata=journal\n")
    assert look().shard.journals_data is True
    recorded.write("/proc/fs/ext4/dm-1/options", "rw\ndata=ordered\n")
    assert look().shard.journals_data is False


@pytest.mark.parametrize(("mode", "journals"), [(0x20, True), (0x40, False), (0, False)])
def test_without_the_kernels_list_the_superblock_tells(look, recorded, mode, journals):
    block = bytearray(2048)
    block[1024 + 0x100] = mode | 0x0C
    (recorded.root / "dev" / "dm-1").write_bytes(block)
    assert look().shard.journals_data is journals


def test_data_journalling_of_one_file_is_seen(look, recorded):
    recorded.write("/proc/fs/ext4/dm-1/options", "rw\ndata=ordered\n")
    assert look(flags=JOURNAL_DATA).shard.journals_data is True


def test_journalling_that_is_not_to_be_seen_is_not_guessed(look):
    assert look().shard.journals_data is None


def test_other_file_systems_journal_no_data(look):
    assert look("/home/ann/shard").shard.journals_data is False


# --- what the file system says of the file ---------------------------------------------


def test_a_folder_that_the_file_system_encrypts_counts_as_encrypted(look):
    assert look("/srv/shard", flags=ENCRYPTED).shard.encrypted is True


def test_shared_blocks_are_told(look):
    assert look(shares=True).shard.shared_blocks is True


def test_a_file_that_is_not_there_has_no_flags(look):
    assert look("/home/ann/shard", flags=None).shard.no_copy_on_write is None


def test_a_flag_that_asks_backups_to_pass_is_seen(recorded, tmp_path):
    shard = tmp_path / "shard"
    recorded.write("/proc/self/mountinfo", "28 1 253:1 / / rw - ext4 /dev/mapper/vg-root rw\n")
    places = Places(tmp_path / "vault.db", shard, tmp_path, tmp_path)

    def passed_over(flags: int) -> bool | None:
        return LinuxMachine(recorded.root, Probes(lambda _: flags)).look(places).shard.passed_over

    assert passed_over(NO_DUMP) is None
    shard.touch()
    assert passed_over(0) is False
    assert passed_over(NO_DUMP) is True


# --- swap, hibernation, what it runs in ------------------------------------------------


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("/dev/dm-3 partition 8388604 0 -2", SwapKind.ENCRYPTED),
        ("/dev/nvme0n1p2 partition 8388604 0 -2", SwapKind.PLAIN),
        ("/dev/zram0 partition 8388604 0 100", SwapKind.MEMORY),
        ("/swapfile file 2097148 0 -2", SwapKind.ENCRYPTED),
        ("/srv/swap\\040file file 2097148 0 -2", SwapKind.PLAIN),
        ("/dev/gone partition 2097148 0 -2", SwapKind.UNKNOWN),
    ],
)
def test_swap_is_followed_to_where_it_lies(look, recorded, line, kind):
    recorded.swaps(line)
    assert look().swap == (kind,)


def test_compressed_memory_that_is_written_out_is_not_called_memory(look, recorded):
    recorded.write("/sys/devices/zram0/backing_dev", "/dev/sdb1\n")
    recorded.swaps("/dev/zram0 partition 8388604 0 100")
    assert look().swap == (SwapKind.UNKNOWN,)


def test_no_swap_is_not_the_same_as_unknown_swap(look, recorded):
    recorded.swaps()
    assert look().swap == ()
    (recorded.root / "proc" / "swaps").unlink()
    assert look().swap is None


@pytest.mark.parametrize(
    ("state", "disk", "can"),
    [
        ("freeze mem disk", "[platform] shutdown", True),
        ("freeze mem disk", "[disabled]", False),
        ("freeze mem", "", False),
    ],
)
def test_hibernation_is_what_the_kernel_offers(look, recorded, state, disk, can):
    recorded.write("/sys/power/state", state)
    recorded.write("/sys/power/disk", disk)
    assert look().hibernates is can


def test_a_virtual_machine_is_told(look, recorded):
    assert look().virtual is None
    recorded.write("/proc/cpuinfo", "flags : fpu vme hypervisor lahf_lm\n")
    # There is one, and nothing says which.
    assert look().virtual == ""
    recorded.write("/sys/class/dmi/id/sys_vendor", "QEMU\n")
    assert look().virtual == "QEMU"


def test_a_kernel_that_says_nothing_leaves_everything_open(look, recorded):
    (recorded.root / "proc" / "self" / "mountinfo").unlink()
    (recorded.root / "sys" / "power" / "state").unlink()
    facts = look()
    assert facts.shard.file_system is None
    assert facts.shard.encrypted is None
    assert facts.hibernates is None


def test_elsewhere_nobody_looked_and_that_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(machine_module.sys, "platform", "darwin")
    facts = look_at_machine(tmp_path / "vault.db", tmp_path / "shard")
    assert not facts.looked
    assert facts.swap is None


# --- the keyring -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "lock"),
    [
        (b"GnomeKeyring\n\r\0\n\0\0\0\0", KeyringLock.PASSWORD),
        (b"[keyring]\ndisplay-name=Default\n", KeyringLock.NOTHING),
        (b"\n[keyring]\n", KeyringLock.NOTHING),
        (b"something else", KeyringLock.UNKNOWN),
    ],
)
def test_a_keyring_without_a_password_is_told_by_how_its_file_begins(tmp_path, head, lock):
    folder = tmp_path / "keyrings"
    folder.mkdir()
    (folder / "default").write_text("Default_keyring")
    (folder / "login.keyring").write_bytes(b"GnomeKeyring\n\r\0\n")
    (folder / "Default_keyring.keyring").write_bytes(head)
    assert keyring_lock(tmp_path) is lock


def test_no_keyring_file_tells_nothing(tmp_path):
    assert keyring_lock(tmp_path) is KeyringLock.UNKNOWN
