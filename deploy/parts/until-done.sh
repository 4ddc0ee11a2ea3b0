# until_done INSTALLER CODES: for ten minutes it is tried again where it ends with one of these, which pass: 75, where another
# program installs packages, as hosts do at their first boot, and 69, where the package is not to be had.
until_done() {
  tries=40
  while :; do
    code=0
    sh "$1" || code=$?
    [ "$code" != 0 ] || return 0
    case " $2 " in *" $code "*) ;; *) exit "$code" ;; esac
    [ "$((tries -= 1))" != 0 ] || exit "$code"
    sleep 15
  done
}
