# What the instance gets by its own role, with the AWS CLI: a package in a bucket, a configuration, and the key for an
# external account binding, which is in no user-data, no argument and no log.
get_from_aws() {
  case $CERTD_PACKAGE in
    s3://*)
      with_cli
      package=$work/${CERTD_PACKAGE##*/}
      aws s3 cp --only-show-errors "$CERTD_PACKAGE" "$package" >&2 ||
        fail 69 "the package did not come from S3 (see above): may the role of this instance s3:GetObject $CERTD_PACKAGE?"
      CERTD_PACKAGE=$package ;;
  esac
  if [ -n "${CERTD_CONFIG_PARAMETER:-}" ]; then
    parameter "$CERTD_CONFIG_PARAMETER" "$work/config.yaml"
    export CERTD_CONFIG="$work/config.yaml"
  fi
  if [ -n "${CERTD_EAB_PARAMETER:-}" ]; then
    parameter "$CERTD_EAB_PARAMETER" "$work/eab"
    # The package would make the group, and what runs may want the key as soon as that is there.
    getent group certd >/dev/null || groupadd --system certd
    install -d -m 0755 /etc/certd
    install -o root -g certd -m 0640 "$work/eab" /etc/certd/eab.hmac.new
    mv /etc/certd/eab.hmac.new /etc/certd/eab.hmac
  fi
}

# parameter NAME FILE: a value of Parameter Store. `/aws/reference/secretsmanager/NAME` is a secret of Secrets Manager.
parameter() {
  with_cli
  (umask 077 && aws ssm get-parameter --with-decryption --name "$1" --query Parameter.Value --output text >"$2") ||
    fail 69 "Parameter Store gave no $1 (see above): may the role of this instance ssm:GetParameter it, and kms:Decrypt its key?"
  [ -s "$2" ] || fail 69 "the parameter $1 is empty"
}

with_cli() {
  command -v aws >/dev/null || fail 71 'this needs the AWS CLI on the host, which has none; nothing was changed'
  [ -z "$region" ] || export AWS_DEFAULT_REGION="$region"
}
