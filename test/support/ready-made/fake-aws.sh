#!/bin/sh
# The AWS CLI, as far as certd's ready-made files use it: what it gives lies below /srv/fake-aws, and each call is written down.
# Any other call is refused. test/integration/aws-cli.test.ts holds it to the real one.
set -eu
home=${FAKE_AWS:-/srv/fake-aws}
printf '%s\n' "$*" >>"$home/calls"
[ "${AWS_DEFAULT_REGION:-}" = eu-central-1 ] || { echo 'You must specify a region.' >&2; exit 253; }
case $* in
  's3 cp --only-show-errors s3://'*)
    [ $# = 5 ] || { echo 'aws: error: unknown options' >&2; exit 252; }
    cp "$home/s3/${4#s3://}" "$5" || { echo 'fatal error: An error occurred (404) when calling the HeadObject operation' >&2; exit 1; } ;;
  'ssm get-parameter --with-decryption --name '*' --query Parameter.Value --output text')
    [ $# = 9 ] || { echo 'aws: error: unknown options' >&2; exit 252; }
    [ -f "$home/parameters$5" ] || { echo 'An error occurred (ParameterNotFound) when calling the GetParameter operation' >&2; exit 254; }
    cat "$home/parameters$5"
    echo ;;
  *) echo "aws: error: not in the fake: $*" >&2; exit 252 ;;
esac
