//! The two databases of a scenario: that of this computer, with the ledger of the bell, and that of a school.

use std::path::{Path, PathBuf};

use firstbell_core::{
    app::zones,
    clock::Clock as _,
    store::{Migrate, Store},
    zone::Table,
};

use super::{PlayError, scenario::Disk, world::World};

/// Where they lie.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub here: PathBuf,
    pub school: PathBuf,
}

/// What is open of them.
#[derive(Debug)]
pub(super) struct Stores {
    pub here: Store,
    pub school: Store,
}

impl Files {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self { here: folder.join("this-computer.sqlite3"), school: folder.join("school.sqlite3") }
    }

    /// The stores as an app that starts now, or tries again, has them.
    pub(super) async fn open(
        &self,
        disk: Disk,
        table: &'static Table,
        world: &World,
    ) -> Result<Stores, PlayError> {
        Ok(Stores {
            here: open(&self.here, disk, table, world).await?,
            school: open(&self.school, disk, table, world).await?,
        })
    }

    /// The stores as another host opens them: it migrates nothing and puts nothing right.
    pub(super) async fn open_as_another(&self) -> Result<Stores, PlayError> {
        Ok(Stores {
            here: Store::open(&self.here, Migrate::No).await?,
            school: Store::open(&self.school, Migrate::No).await?,
        })
    }
}

async fn open(file: &Path, disk: Disk, table: &'static Table, world: &World) -> Result<Store, PlayError> {
    match disk {
        Disk::Well => {
            let store = Store::open(file, Migrate::Yes).await?;
            zones::put_right_by(&store, table, world.now()).await?;
            Ok(store)
        }
        Disk::ReadOnly => Ok(Store::open_to_read(file).await?),
        Disk::Gone => Ok(Store::closed()),
    }
}
