#!/bin/sh
# The AWS CLI, as far as certd's ready-made files use it: what it gives lies below /srv/fake-aws, and each call is written down.
# Any other call is refused.
set -eu
printf '%s\n' "$*" >>/srv/fake-aws/calls
[ "${AWS_DEFAULT_REGION:-}" = eu-central-1 ] || { echo 'You must specify a region.' >&2; exit 253; }
case $* in
  's3 cp --only-show-errors s3://'*)
    [ $# = 5 ] || { echo 'aws: error: unknown options' >&2; exit 252; }
    cp "/srv/fake-aws/s3/${4#s3://}" "$5" || { echo 'fatal error: An error occurred (404) when calling the HeadObject operation' >&2; exit 1; } ;;
  'ssm get-parameter --with-decryption --name '*' --query Parameter.Value --output text')
    [ $# = 9 ] || { echo 'aws: error: unknown options' >&2; exit 252; }
    [ -f "/srv/fake-aws/parameters$5" ] || { echo 'An error occurred (ParameterNotFound) when calling the GetParameter operation' >&2; exit 254; }
    cat "/srv/fake-aws/parameters$5"
    echo ;;
  *) echo "aws: error: not in the fake: $*" >&2; exit 252 ;;
esac
