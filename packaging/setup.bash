# What packaging/run and packaging/test share: system packages, the virtual environment, and
# Mayfly in it. Sourced, not run. Everything it does beyond looking is said before it is done.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
VENV=$PWD/.venv
PYTHON=$VENV/bin/python

# For a window on X11 and on Wayland; found by starting one on a Debian 12 that had nothing.
WINDOW_PACKAGES=(
    libegl1 libgl1 libglib2.0-0 libfontconfig1 libdbus-1-3 libxkbcommon0 libwayland-cursor0
    libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0
)
TEST_PACKAGES=(
    xvfb xauth openbox xdotool x11-utils pcmanfm dbus gnome-keyring imagemagick scrot strace
    poppler-utils desktop-file-utils faketime e2fsprogs btrfs-progs xfsprogs xclip tesseract-ocr
    unzip libarchive-tools 7zip
    tesseract-ocr-deu tesseract-ocr-fra tesseract-ocr-dan tesseract-ocr-ces tesseract-ocr-slk
)

say() { echo "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

# Prints those of the packages that are not installed. Newer releases renamed some with t64.
missing_packages() {
    local installed package
    installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' "$@" "${@/%/t64}" 2>/dev/null || true) "
    for package in "$@"; do
        case $installed in
            *" installed:$package "* | *" installed:${package}t64 "*) ;;
            *) echo "$package" ;;
        esac
    done
}

# Prints the packages for what may be there in another form already.
chosen_packages() {
    # KWallet and KeePassXC offer the same service as gnome-keyring; two would quarrel.
    command -v gnome-keyring-daemon kwalletd6 kwalletd5 keepassxc >/dev/null ||
        echo gnome-keyring dbus
    is_usable "$PYTHON" || [ -n "$(find_python)" ] || echo python3 python3-venv
}

# Installs the packages that are missing, and says so first.
need_packages() {
    local missing administrator=()
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        [ ! -x "$PYTHON" ] || return 0
        say "This is not Debian, Ubuntu or one of their kin, so nothing is installed by itself."
        say "Mayfly needs what these packages hold: $*"
        return
    fi
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    say "These system packages are missing and will be installed with apt-get:"
    say "  ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "You are not root and there is no sudo. Ask your" \
            "administrator for: apt-get install --no-install-recommends ${missing[*]}"
        administrator=(sudo)
    fi
    "${administrator[@]}" apt-get update -qq >&2 ||
        say "The package lists could not be refreshed; going on with what is there."
    "${administrator[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq -o Dpkg::Use-Pty=0 --no-install-recommends "${missing[@]}" >&2 ||
        fail "apt-get could not install them; its own words stand above."
}

version_of() {
    "$1" --version 2>/dev/null || echo "no $1"
}

is_usable() {
    "$1" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# Prints a Python of 3.11 or newer that can make virtual environments.
find_python() {
    local candidate
    for candidate in python3 python3.{11..19}; do
        if "$candidate" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' \
            2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

make_environment() {
    local python
    python=$(find_python)
    [ -n "$python" ] || fail "Mayfly needs Python 3.11 or newer with the module venv (Debian:" \
        "python3-venv); this machine has $(version_of python3)."
    say "Making a virtual environment in .venv with $("$python" --version)."
    "$python" -m venv --clear "$VENV"
}

# What the environment was made from. The folder belongs to it: it is written into the install.
fingerprint() {
    { echo "$PWD" && cat "$1" pyproject.toml && "$PYTHON" --version; } 2>&1 | sha256sum
}

# Makes the virtual environment from a lock file, or brings it up to date.
need_environment() {
    local lock=$1 stamp
    stamp=$VENV/.made-from-$lock
    if [ -x "$PYTHON" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(fingerprint "$lock")" ]; then
        return
    fi
    is_usable "$PYTHON" || make_environment
    say "Installing the Python packages of $lock into .venv ($(grep -c '==' "$lock") at most)."
    # Built packages only, every one with its hash: no code runs to install them.
    "$PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
        --only-binary :all: --requirement "$lock" >&2 ||
        fail "pip could not install them; its own words stand above."
    "$PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps --no-index \
        --no-build-isolation --editable . >&2
    fingerprint "$lock" >"$stamp"
}
