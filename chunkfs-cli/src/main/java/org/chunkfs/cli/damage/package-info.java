/**
 * Damage on purpose: picks a structure of an image by a seed, changes some of its bytes, and says
 * exactly which, so that it can be taken back.
 */
@NullMarked
package org.chunkfs.cli.damage;

import org.jspecify.annotations.NullMarked;
