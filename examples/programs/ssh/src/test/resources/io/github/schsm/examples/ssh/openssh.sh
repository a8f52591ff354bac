# region list
ssh-add -l
ssh-add -L
# endregion

# region lock
ssh-add -x
! ssh-add -l
ssh-add -X
# endregion

# region sign
ssh-keygen -Y sign -n file -f key.pub report.pdf
echo "you@example.org $(cat key.pub)" > allowed_signers
ssh-keygen -Y verify -n file -f allowed_signers -I you@example.org -s report.pdf.sig < report.pdf
# endregion
