/**
 * Commits of the log as functions: the session keeps their plans, which were half of what a commit cost.
 *
 * `append_updates` locks the rows of `scenes` in the order of their ids, so that two servers cannot wait for each other, and
 * takes positions under these locks: commit order is sequence order. Both leave out scenes that are gone, or are not at the
 * position that their row was to follow. The bytes travel as one parameter that is cut apart here, since drivers send
 * arrays of bytea as text.
 *
 * A row's scene is known to exist, since its own statement has just locked it; a foreign key would look it up once more for
 * each row. A trigger does the other half of what the key did.
 */
export const appendFunctions = {
  id: '008-append-functions',
  sql: /* sql */ `
    ALTER TABLE scene_updates DROP CONSTRAINT scene_updates_scene_id_fkey;

    CREATE FUNCTION delete_scene_updates() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      DELETE FROM scene_updates WHERE scene_id = OLD.scene_id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER delete_scene_updates AFTER DELETE ON scenes
      FOR EACH ROW EXECUTE FUNCTION delete_scene_updates();

    CREATE FUNCTION append_update(p_scene_id text, p_data bytea, p_name text, p_node_count integer, p_after bigint)
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
        INSERT INTO scene_updates (scene_id, seq, data) VALUES (p_scene_id, v_seq, p_data);
      END IF;
      RETURN v_seq;
    END $$;

    CREATE FUNCTION append_updates(
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
          RETURNING s.scene_id, s.head_seq, i.start, i.length
        )
        INSERT INTO scene_updates AS u (scene_id, seq, data)
        SELECT h.scene_id, h.head_seq, substring(p_data FROM h.start + 1 FOR h.length) FROM heads h
        RETURNING u.scene_id::text, u.seq;
    END $$;
  `,
} as const;
