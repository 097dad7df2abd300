/**
 * Checks a volume that is in use, chunk by chunk, and repairs it: what is wrong is looked at again
 * on the medium, and what chunks say of each other at one moment of all of them, before anybody is
 * told.
 */
@NullMarked
package org.chunkfs.fsck.online;

import org.jspecify.annotations.NullMarked;
