/**
 * Each row of the log is stored with its hash, as snapshots are: what is known to be whole can be sent before it is decoded.
 *
 * Rows of before have none.
 */
export const rowHashes = {
  id: '011-row-hashes',
  sql: /* sql */ `
    ALTER TABLE scene_updates ADD COLUMN sha256 bytea;

    CREATE OR REPLACE FUNCTION append_update(p_scene_id text, p_data bytea, p_name text, p_node_count integer, p_after bigint)
    RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE
      v_seq bigint;
    BEGIN
      UPDATE scenes
      SET head_seq = head_seq + 1, updated_at = now(),
          name = COALESCE(p_name, name), node_count = COALESCE(p_node_count, node_count)
      WHERE scene_id = p_scene_id AND (p_after IS NULL OR head_seq = p_after)
      RETURNING head_seq INTO v_seq;
      IF v_seq IS NOT NULL THEN
        INSERT INTO scene_updates (scene_id, seq, data, sha256) VALUES (p_scene_id, v_seq, p_data, sha256(p_data));
      END IF;
      RETURN v_seq;
    END $$;

    CREATE OR REPLACE FUNCTION append_updates(
      p_scene_ids text[], p_starts integer[], p_lengths integer[], p_names text[], p_node_counts integer[],
      p_afters bigint[], p_data bytea
    )
    RETURNS TABLE (scene text, seq bigint) LANGUAGE plpgsql AS $$
    #variable_conflict use_column
    BEGIN
      PERFORM 1 FROM scenes WHERE scene_id = ANY (p_scene_ids) ORDER BY scene_id FOR UPDATE;
      RETURN QUERY
        WITH heads AS (
          UPDATE scenes s
          SET head_seq = s.head_seq + 1, updated_at = now(),
              name = COALESCE(i.name, s.name), node_count = COALESCE(i.node_count, s.node_count)
          FROM unnest(p_scene_ids, p_starts, p_lengths, p_names, p_node_counts, p_afters)
            AS i (scene_id, start, length, name, node_count, after)
          WHERE s.scene_id = i.scene_id AND (i.after IS NULL OR s.head_seq = i.after)
          RETURNING s.scene_id, s.head_seq, substring(p_data FROM i.start + 1 FOR i.length) AS data
        )
        INSERT INTO scene_updates AS u (scene_id, seq, data, sha256)
        SELECT h.scene_id, h.head_seq, h.data, sha256(h.data) FROM heads h
        RETURNING u.scene_id::text, u.seq;
    END $$;
  `,
} as const;
