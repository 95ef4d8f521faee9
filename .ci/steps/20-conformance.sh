# Published records, cases and judges. The judges are Java programs beside the data.
source "$root/.ci/lib.sh"
[ -n "${CONFORMANCE_DATA:-}" ] || skip 'CONFORMANCE_DATA is not set, and ../shared/data is not there'
echo "CONFORMANCE_DATA=$CONFORMANCE_DATA"
need javac default-jdk-headless
need /usr/share/java/Saxon-HE.jar libsaxonhe-java
need xmllint libxml2-utils
node bin/check.mjs test/conformance/*.conformance.test.ts
