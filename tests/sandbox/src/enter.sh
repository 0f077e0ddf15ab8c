# Runs inside the namespaces: makes the root and runs the program in it. First the sandbox's directory; then what to furnish the root
# with, word by word; then `--` and the program with its arguments.
set -e
root=$1/root
mount -t tmpfs -o mode=755 root "$root"
cp -R "$1/contents/." "$root"
shift

# A mount point like $1, at $2 in the root.
place() {
    mkdir -p "$(dirname "$root$2")"
    if [ -d "$1" ]; then mkdir -p "$root$2"; else : >"$root$2"; fi
}

first=yes
seal=
while [ "$1" != -- ]; do
    case $1 in
    bind)
        place "$2" "$3"
        mount --bind "$2" "$root$3"
        mount -o remount,bind,ro "$root$3"
        shift 3
        ;;
    device)
        place "$2" "$2"
        mount --bind "$2" "$root$2"
        shift 2
        ;;
    writable)
        mkdir -p "$root$2"
        mount -t tmpfs -o mode=1777 writable "$root$2"
        shift 2
        ;;
    sealed)
        mkdir -p "$root$2"
        mount -t tmpfs -o noexec,mode=1777 sealed "$root$2"
        # Read-only at the end alone: what is bound may lie below.
        seal="$seal $2"
        shift 2
        ;;
    proc)
        mkdir "$root/proc"
        mount -t proc proc "$root/proc"
        shift
        ;;
    loopback)
        ip link set lo up
        shift
        ;;
    child)
        first=no
        shift
        ;;
    esac
done
shift

# Read-only once it is filled, so that not even root can write there.
for path in $seal; do
    mount -o remount,ro,noexec "$root$path"
done
mount -o remount,ro "$root"
cd /
if [ $first = yes ]; then
    exec chroot "$root" "$@"
fi
chroot "$root" "$@"
