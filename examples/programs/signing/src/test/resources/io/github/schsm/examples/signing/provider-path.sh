# region sign
jarsigner -providerpath schsm-all.jar -providerclass io.github.schsm.provider.SchsmProvider -providerarg hsm.schsm \
        -keystore NONE -storetype SCHSM -storepass:env HSM_PIN app.jar code
# endregion
