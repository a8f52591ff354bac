# How ./schsm and the packages' command treat the terminal and its encoding. Sourced by sh and bash.

# Under the locale C, or one that is not installed, a JVM reads arguments, names and the environment as ASCII: a label or a
# PIN with other characters would get lost. Where the encoding is a real one, as ISO 8859-1, it stays.
case $(locale charmap 2>/dev/null || true) in
'' | ANSI_X3.4-1968 | US-ASCII | ASCII | 646) export LC_ALL=C.UTF-8 ;;
esac

# What is typed before a question could be a PIN that comes too early: it is not shown. The command gives the echo back
# when it ends. Only in the foreground: the terminal of others is left alone, and a job in the background not stopped.
no_echo() {
    local argument stat
    for argument in "$@"; do
        case $argument in simulator | demo | help | -h | --help | -V | --version) return ;; esac
    done
    [ -t 0 ] && [ -t 1 ] && [ -r /proc/self/stat ] && [ -x /bin/stty ] || return 0
    stat=$(cat "/proc/$$/stat" 2>/dev/null) || return 0
    # shellcheck disable=SC2086 # behind the name: state, parent, group, session, terminal, the terminal's foreground group
    set -- ${stat##*) }
    [ "$3" = "$6" ] || return 0
    if stty -echo 2>/dev/null; then export SCHSM_NO_ECHO=1; fi
}
