# The parameters of the document are environment variables, and no text of a script: the agent of Systems Manager sets
# SSM_<name> from 3.3.2746.0 on. An older one sets nothing, and finds no place in this text where it could paste a value.
[ -n "${SSM_Package+set}" ] ||
  fail 71 'the SSM Agent of this host is older than 3.3.2746.0: run the document AWS-UpdateSSMAgent here, then this one again; nothing was changed'
export CERTD_PACKAGE="${SSM_Package-}" CERTD_SHA256="${SSM_Sha256-}"
export CERTD_DOMAINS="${SSM_Domains-}" CERTD_EMAIL="${SSM_Email-}" CERTD_WEBROOT="${SSM_Webroot-}" CERTD_HOOK="${SSM_Hook-}"
export CERTD_CA="${SSM_Ca-}" CERTD_AGREE_TOS="${SSM_AgreeTos-}"
CERTD_CONFIG_PARAMETER=${SSM_ConfigParameter-}
CERTD_EAB_PARAMETER=${SSM_EabParameter-}
region=${AWS_SSM_REGION_NAME:-}
