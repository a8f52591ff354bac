package io.github.schsm.bridge.cryptoki;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The names of the numbers in {@link Ck}, for messages. */
public final class CkNames {
    private static final Map<Long, String> MECHANISMS = names("CKM_");

    private CkNames() {}

    private static Map<Long, String> names(String prefix) {
        return Arrays.stream(Ck.class.getDeclaredFields())
                .filter(field -> field.getName().startsWith(prefix))
                .collect(Collectors.toUnmodifiableMap(CkNames::number, Field::getName));
    }

    private static long number(Field constant) {
        try {
            return constant.getLong(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("the constants are this package's own", e);
        }
    }

    /** A mechanism's name or, for one that the bridge does not use, its number. */
    public static String mechanism(long type) {
        String name = MECHANISMS.get(type);
        return name == null ? String.format(Locale.ROOT, "mechanism 0x%X", type) : name;
    }
}
