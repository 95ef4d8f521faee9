# What README.md tells everybody to type.
source "$root/.ci/lib.sh"
need node nodejs npm
need ps procps
need curl curl ca-certificates
npm test
