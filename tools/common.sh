# What ./schsm and ./check share: finding and installing Java and Maven. Sourced by bash; talks to stderr only.

say() { echo "$*" >&2; }

die() {
    say "$0: $*"
    exit 1
}

# Packages that only apt-get can fetch; elsewhere people install them by their own means.
apt_install() { # what-for package...
    local what=$1
    shift
    if ! command -v apt-get >/dev/null; then
        die "missing: $what. This is no Debian or Ubuntu: install it (there: $*) and start again."
    fi
    local -a root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "missing: $what. Install it as root: apt-get install $*"
        root=(sudo)
        [ -t 0 ] || root=(sudo -n)
    fi
    say "Installing $what: apt-get install $*"
    local log
    log=$(mktemp)
    if ! { "${root[@]}" apt-get -qq update &&
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@"; } \
        >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        die "missing: $what; apt-get could not install it (see above). Install it as root: apt-get install $*"
    fi
    rm -f "$log"
}

may_install() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }

apt_has() { [[ $(apt-cache policy "$1" 2>/dev/null) =~ Candidate:\ [^\(] ]]; }

java_major() { # home: prints the feature version of a complete JDK
    [ -x "$1/bin/javac" ] && [ -f "$1/release" ] || return 1
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# Prints "version home" of each JDK >= 17 found, the floor's version first and then upwards.
find_jdks() {
    local home version on_path
    on_path=$(command -v javac || true)
    [ -z "$on_path" ] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    for home in "${JAVA_HOME:-}" "${JDK_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/*jdk* /opt/java/* \
        "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        [ -n "$home" ] || continue
        version=$(java_major "$home") || continue
        if [ "${version:-0}" -ge 17 ]; then echo "$version $(cd "$home" && pwd -P)"; fi
    done | sort -n -u
}

# Sets JAVA_HOME to the oldest JDK that will do (the floor, 17, where there is one), whatever it was before.
need_jdk() {
    local found
    found=$(find_jdks | sed -n 1p)
    if [ -z "$found" ]; then
        local package
        may_install && [ -z "$(apt-cache policy openjdk-17-jdk-headless 2>/dev/null)" ] && apt_install "the list of packages"
        for package in openjdk-17-jdk-headless openjdk-21-jdk-headless openjdk-25-jdk-headless default-jdk-headless; do
            apt_has "$package" && break
        done
        apt_install "a JDK, 17 or newer" "$package"
        found=$(find_jdks | sed -n 1p)
        [ -n "$found" ] || die "apt-get installed $package, but no JDK of version 17 or newer is found."
    fi
    export JAVA_HOME=${found#* }
    PATH=$JAVA_HOME/bin:$PATH
}

at_least() { # minimum version
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

maven_ok() { # command: is it Maven 3.8 or newer?
    local version
    version=$("$1" -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p' | head -n 1)
    [ -n "$version" ] && at_least 3.8 "$version"
}

# Sets the array MVN. The system's Maven if it is new enough, else the wrapper, which fetches its own.
need_maven() {
    export MAVEN_SKIP_RC=1
    local common=(-B --no-transfer-progress -Dstyle.color=never) candidate
    if ! type -p mvn >/dev/null && command -v apt-get >/dev/null && may_install; then
        [ -n "$(apt-cache policy maven 2>/dev/null)" ] || apt_install "the list of packages"
        candidate=$(apt-cache policy maven 2>/dev/null | sed -n 's/.*Candidate: \([0-9.]*\).*/\1/p')
        if [ -n "$candidate" ] && at_least 3.8 "$candidate"; then apt_install "Maven" maven; fi
    fi
    if type -p mvn >/dev/null && maven_ok mvn; then
        MVN=(mvn "${common[@]}")
        return
    fi
    MVN=(bash "$ROOT/mvnw" "${common[@]}")
    mkdir -p "$ROOT/.build"
    [ -d "$HOME/.m2/wrapper/dists" ] || say "No Maven 3.8 or newer here: the Maven wrapper fetches one into ~/.m2/wrapper"
    (cd "$ROOT" && bash ./mvnw -v) >"$ROOT/.build/mvnw.log" 2>&1 ||
        die "missing: Maven 3.8 or newer, and the wrapper failed: $(tail -n 3 "$ROOT/.build/mvnw.log")"
}
