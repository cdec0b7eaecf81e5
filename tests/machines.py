"""Machines to judge: one on which everything holds."""

from __future__ import annotations

from pathlib import Path

from mayfly.domain.machine import KeyringLock, MachineFacts, Place, SwapKind

GOOD_PLACE = Place(
    file_system="ext4",
    volume="253:0",
    journals_data=False,
    no_copy_on_write=False,
    shared_blocks=False,
    encrypted=True,
    flash=True,
    discards=True,
    passed_over=True,
)
SOUND = MachineFacts(
    looked=True,
    system="Linux",
    vault=GOOD_PLACE,
    shard=GOOD_PLACE,
    swap=(SwapKind.ENCRYPTED,),
    hibernates=True,
    keyring_lock=KeyringLock.PASSWORD,
)


LAPTOP_MOUNTS = """\
22 28 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw
23 28 0:22 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
28 1 253:1 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw,errors=remount-ro
31 28 0:26 / /dev/shm rw,nosuid,nodev shared:4 - tmpfs tmpfs rw,inode64
40 28 259:1 / /boot/efi rw,relatime shared:31 - vfat /dev/nvme0n1p1 rw,fmask=0077
41 28 0:40 /@home /home rw,noatime shared:33 - btrfs /dev/mapper/home rw,ssd,discard=async
42 41 0:52 / /home/ann/My\\040Cloud rw,nosuid shared:50 - fuse.sshfs ann@host:/ rw
43 41 0:53 / /home/ann/nas rw,relatime shared:51 - nfs4 nas:/export rw,vers=4.2
44 28 253:4 / /data rw,relatime shared:52 - xfs /dev/mapper/vg-data rw,attr2
45 44 0:60 / /data rw,relatime shared:60 - tmpfs tmpfs rw
46 28 8:17 / /media/old rw,relatime,data=journal shared:61 - ext3 /dev/sdb1 rw
47 28 259:2 / /srv rw,relatime shared:62 - ext4 /dev/nvme0n1p2 rw,discard
"""
"""A laptop: root on LVM on LUKS, home on btrfs on LUKS, and what else people mount."""

_DM = {
    # name: number, uuid, what it lies on
    "dm-0": ("253:0", "CRYPT-LUKS2-0f0f-luks-root", ["nvme0n1p3"]),
    "dm-1": ("253:1", "LVM-abcROOT", ["dm-0"]),
    "dm-2": ("253:2", "CRYPT-LUKS2-0f0f-luks-home", ["nvme0n1p4"]),
    "dm-3": ("253:3", "LVM-abcSWAP", ["dm-0"]),
    "dm-4": ("253:4", "LVM-abcDATA", ["dm-5", "dm-6"]),
    "dm-5": ("253:5", "LVM-abcDATA-real", ["sdb1"]),
    "dm-6": ("253:6", "LVM-abcDATA-cow", ["sdb1"]),
    "dm-7": ("253:7", "CRYPT-VERITY-0f0f-verified", ["sdb1"]),
    "dm-8": ("253:8", "LVM-abcTHIN", ["dm-9"]),
    "dm-9": ("253:9", "LVM-abcPOOL-tpool", ["dm-0"]),
}
_NAMES = {
    "vg-root": "dm-1",
    "home": "dm-2",
    "vg-swap": "dm-3",
    "vg-data": "dm-4",
    "verified": "dm-7",
}
_PARTITIONS = {
    "nvme0n1p1": ("259:1", "nvme0n1"),
    "nvme0n1p2": ("259:2", "nvme0n1"),
    "nvme0n1p3": ("259:3", "nvme0n1"),
    "nvme0n1p4": ("259:4", "nvme0n1"),
    "sdb1": ("8:17", "sdb"),
}


class RecordedMachine:
    """A root folder with what a machine's kernel says; tests change single files of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("/proc/self/mountinfo", LAPTOP_MOUNTS)
        self.swaps("/dev/dm-3 partition 8388604 0 -2")
        self.write("/sys/power/state", "freeze mem disk\n")
        self.write("/sys/power/disk", "[platform] shutdown reboot suspend test_resume\n")
        for disk, turns in (("nvme0n1", "0"), ("sdb", "1"), ("zram0", "0")):
            self.write(f"/sys/devices/{disk}/queue/rotational", turns + "\n")
            self.link(f"/sys/class/block/{disk}", f"/sys/devices/{disk}")
        self.write("/sys/devices/zram0/backing_dev", "none\n")
        for name, (number, disk) in _PARTITIONS.items():
            self.write(f"/sys/devices/{disk}/{name}/partition", "1\n")
            self._device(name, number, f"/sys/devices/{disk}/{name}")
        for name, (number, uuid, below) in _DM.items():
            folder = f"/sys/devices/virtual/{name}"
            self.write(f"{folder}/dm/uuid", uuid + "\n")
            self.write(f"{folder}/queue/rotational", "0\n")
            self._device(name, number, folder)
            for one in below:
                self.write(f"{folder}/slaves/{one}", "")
        for name, target in _NAMES.items():
            self.link(f"/dev/mapper/{name}", f"/dev/{target}")

    def write(self, place: str, text: str) -> None:
        path = self.root / place.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def link(self, place: str, target: str) -> None:
        path = self.root / place.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(self.root / target.lstrip("/"))

    def swaps(self, *lines: str) -> None:
        self.write("/proc/swaps", "\n".join(("Filename Type Size Used Priority", *lines)) + "\n")

    def _device(self, name: str, number: str, folder: str) -> None:
        self.link(f"/sys/class/block/{name}", folder)
        self.link(f"/sys/dev/block/{number}", folder)
        self.write(f"/dev/{name}", "")
