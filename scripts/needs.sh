# What has to be there before anything can be built or tested, and how it gets there. Sourced by ./dev.
#
# Everything of ours lies in .dev/, target/ and ui/node_modules/. What was found in order leaves a stamp in
# .dev/stamps/, named by a digest of what was asked for: the second time costs nothing.

target=${CARGO_TARGET_DIR:-$root/target}
stamps=$root/.dev/stamps
mkdir -p "$stamps"

# HOME may be missing or empty.
export HOME=${HOME:-$root/.dev/home}
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo}
export RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
[[ -d $CARGO_HOME/bin ]] && PATH=$PATH:$CARGO_HOME/bin

say() { printf '%s\n' "$*" >&2; }
step() { printf '\n== %s (%s)\n' "$*" "$(date +%H:%M:%S)" >&2; }
stop() { say "$@"; exit 1; }

# Whether STAMP stands for what standard input holds now.
is_done() { [[ -e $stamps/$1 && $(<"$stamps/$1") == "$2" ]]; }
done_with() { printf '%s' "$2" >"$stamps/$1"; }
digest() { cat "$@" | sha256sum | cut -d' ' -f1; }

need_to_build() {
  need_rust
  need_node
  need_packages scripts/apt-build.txt
  need_pages
  need_crates
}

need_to_test() {
  need_to_build
  need_packages tests/apt-packages.txt scripts/apt-test.txt
  need_oracle
  need_school
}

at_least() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n1) == "$1" ]]; }

need_rust() {
  local least have
  least=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  have=$(rustc --version 2>/dev/null | cut -d' ' -f2) || true
  if [[ -z $have ]] || ! command -v cargo >/dev/null || ! at_least "$least" "$have"; then
    stop "Rust $least or newer is needed (here: ${have:-none}). Get it from https://rustup.rs"
  fi
}

need_node() {
  local least have
  least=$(sed -n 's/.*"node": ">=\(.*\)".*/\1/p' ui/package.json)
  have=$(node --version 2>/dev/null | tr -d v) || true
  if [[ -z $have ]] || ! command -v npm >/dev/null || ! at_least "$least" "$have"; then
    stop "Node.js $least or newer with npm is needed (here: ${have:-none}). Get it from https://nodejs.org"
  fi
}

# The system packages that the files name, one a line, comments after #.
need_packages() {
  local key wanted missing
  key=$(digest "$@")
  is_done "packages-${key:0:16}" "$key" && return
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    elsewhere
    done_with "packages-${key:0:16}" "$key"
    return
  fi
  wanted=$(sed 's/#.*//' "$@" | tr -s ' \t' '\n' | sed '/^$/d' | sort -u)
  missing=$(comm -23 <(echo "$wanted") <(installed | sort -u))
  if [[ -n $missing ]]; then
    local as_root=()
    if [[ $(id -u) != 0 ]]; then
      command -v sudo >/dev/null ||
        stop "These system packages are missing; install them as root and come back:" $missing
      as_root=(sudo)
    fi
    say "Installing system packages with apt:" $missing
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 $missing
  fi
  done_with "packages-${key:0:16}" "$key"
}

# PostgreSQL's programs. Its package would also make a cluster for the whole computer and start it: not for us.
need_postgres() {
  local quiet=/etc/postgresql-common/createcluster.d/firstbell.conf as_root=()
  if command -v apt-get >/dev/null && ! installed | grep -qx 'postgresql-common'; then
    [[ $(id -u) == 0 ]] || as_root=(sudo)
    if [[ $(id -u) == 0 ]] || command -v sudo >/dev/null; then
      "${as_root[@]}" mkdir -p "${quiet%/*}"
      echo 'create_main_cluster = false' | "${as_root[@]}" tee "$quiet" >/dev/null
      need_packages scripts/apt-server.txt
      # Whoever wants such a cluster later gets it.
      "${as_root[@]}" rm "$quiet"
      "${as_root[@]}" rmdir "${quiet%/*}" 2>/dev/null || true
      return
    fi
  fi
  need_packages scripts/apt-server.txt
}

installed() {
  dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p'
}

# No apt here: name the packages, and go on where the one that building stands on is there.
elsewhere() {
  case $(uname) in
    Linux) pkg-config --exists webkit2gtk-4.1 2>/dev/null && return ;;
    *) return ;;
  esac
  cat scripts/packages-elsewhere.txt >&2
  stop "Install them and come back."
}

# The packages of the window, and its pages built into ui/dist.
need_pages() {
  local key
  key=$(digest ui/package-lock.json)
  if ! is_done npm "$key" || [[ ! -d ui/node_modules ]]; then
    step "Fetching what the window is built with"
    (cd ui && npm ci --no-audit --no-fund)
    done_with npm "$key"
  fi
  key=$(find ui/src ui/*.html ui/*.ts ui/package-lock.json ui/*.config.* locales -type f -print0 | sort -z |
    xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
  if ! is_done pages "$key" || [[ ! -e ui/dist/index.html ]]; then
    step "Building the window's pages"
    (cd ui && npm run --silent build)
    done_with pages "$key"
  fi
}

# What makes packages. Only `./dev package` needs it, so the window does not depend on it.
need_bundler() {
  local key=2.12.5
  is_done bundler $key && return
  step "Fetching what makes packages"
  npm install --prefix .dev/bundler --no-save --no-audit --no-fund "@tauri-apps/cli@$key"
  done_with bundler $key
}

# What looks at licences, versions and sources. It takes minutes to build, so only `./dev deny` needs it.
need_deny() {
  local key=0.20.2
  is_done deny $key && [[ -x .dev/deny/bin/cargo-deny ]] && return
  step "Building what looks at crates, this once"
  cargo install cargo-deny --version "$key" --locked --no-default-features \
    --root .dev/deny --target-dir "$target/deny"
  rm -rf "$target/deny"
  done_with deny $key
}

need_crates() {
  local key
  key=$(digest Cargo.lock)
  is_done crates "$key" && return
  step "Fetching crates"
  cargo fetch --locked --target "$(rustc -vV | sed -n 's/^host: //p')"
  done_with crates "$key"
}

# What the school on this computer is made of: the database, the accounts' server, and the REST server, which is
# built once with a lock file of its own.
need_school() {
  local key rest=tests/school/rest auth=tests/school/auth
  need_postgres
  key=$(digest $auth/package.json $auth/package-lock.json)
  if ! is_done school-auth "$key" || [[ ! -d $auth/node_modules ]]; then
    step "Fetching the school's accounts"
    (cd $auth && npm ci --no-audit --no-fund --loglevel=error)
    done_with school-auth "$key"
  fi
  export FIRSTBELL_SCHOOL_REST=$target/school-rest/debug/firstbell-school-rest
  key=$(rustc --version | digest - $rest/Cargo.toml $rest/Cargo.lock $rest/src/*.rs)
  if ! is_done school-rest "$key" || [[ ! -x $FIRSTBELL_SCHOOL_REST ]]; then
    step "Building the school's REST server, this once"
    cargo build --manifest-path $rest/Cargo.toml --target-dir "$target/school-rest" --locked
    done_with school-rest "$key"
  fi
}

# The other implementations that calendar files, free times, series and zones are compared with, in a Python of their
# own; beside it the table of zones that stores of before were written by.
need_oracle() {
  local key python=$root/.dev/oracle/bin/python
  key=$(digest tests/oracle/requirements.txt tests/oracle/requirements-2025b.txt)
  if ! is_done oracle "$key" || [[ ! -x $python ]]; then
    step "Fetching the calendar oracle"
    python3 -m venv --clear .dev/oracle
    "$python" -m pip install --quiet --disable-pip-version-check --requirement tests/oracle/requirements.txt
    rm -rf .dev/oracle-2025b
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps --target .dev/oracle-2025b \
      --requirement tests/oracle/requirements-2025b.txt
    done_with oracle "$key"
  fi
  export FIRSTBELL_ORACLE_PYTHON=$python
}

# Runs a command without a network, in an empty HOME, and with nothing but the tree, the build folder and
# the temporary folders open to be written.
locked_in() {
  mkdir -p "$target" && rm -rf .dev/home && mkdir -p .dev/home
  local code=0
  HOME=$root/.dev/home scripts/locked-in "$root" "$target" "${TMPDIR:-/tmp}" /tmp -- "$@" || code=$?
  if [[ -n $(find .dev/home -mindepth 1 -print -quit) ]]; then
    find .dev/home -mindepth 1 >&2
    stop "A test wrote into HOME."
  fi
  return $code
}
