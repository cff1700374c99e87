import cluster as lib

def test_smoke(db, lone_db):
    print(db.srv.run("select * from tenantd.server_rights"))
