# region git
git config gpg.format ssh
git config user.signingkey "$PWD/key.pub"
git commit -S -m "Signed in the device"

echo "you@example.org $(cat key.pub)" > allowed_signers
git config gpg.ssh.allowedSignersFile "$PWD/allowed_signers"
git verify-commit HEAD
# endregion

# region push
git push ssh://$USER@127.0.0.1:$PORT$PWD/../bare.git HEAD:main
# endregion
