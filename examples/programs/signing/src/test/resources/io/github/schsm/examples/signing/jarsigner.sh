# region sign
jarsigner -J-cp -Jschsm-all.jar -addprovider SCHSM -providerarg hsm.schsm \
        -keystore NONE -storetype SCHSM -storepass:env HSM_PIN app.jar code
# endregion
