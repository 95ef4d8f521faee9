# Damaged requests against a server of their own, with a seed that a failure can be repeated with.
source "$root/.ci/lib.sh"
if node24 test/fuzz/run.ts --requests "${FUZZ_REQUESTS:-10000}" --seed "${FUZZ_SEED:-1}"; then counted 1 0; else counted 0 1; exit 1; fi
