// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.backup;

/**
 * How far a backup or restoration is.
 *
 * @param done  how many objects are done
 * @param total how many there are
 * @param label the one that comes next
 */
public record BackupProgress(int done, int total, String label) {}
