# region sign
java -cp /usr/share/java/apksigner.jar:schsm-all.jar -Djava.security.properties=hsm.security \
        com.android.apksigner.ApkSignerTool sign --ks NONE --ks-type SCHSM --ks-pass env:HSM_PIN --ks-key-alias code \
        --min-sdk-version 24 --v4-signing-enabled true --in app.apk --out signed.apk
# endregion
