# Your settings: what stands in capitals. They are text between single quotes, and nothing but text.
export CERTD_PACKAGE='PACKAGE_URL'
export CERTD_SHA256='PACKAGE_SHA256'
export CERTD_DOMAINS='YOUR_DOMAIN'
export CERTD_EMAIL='YOUR_EMAIL'
export CERTD_WEBROOT='/var/www/certd'
export CERTD_HOOK='systemctl reload nginx'
# That you agree to the terms of service of the CA.
export CERTD_AGREE_TOS='yes'
