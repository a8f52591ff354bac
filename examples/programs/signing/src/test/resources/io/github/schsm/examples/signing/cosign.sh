# region verify
base64 -d release.tar.sig > release.tar.der
openssl dgst -sha256 -verify cosign.pub -signature release.tar.der release.tar
# endregion
